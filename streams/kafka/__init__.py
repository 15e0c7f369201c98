"""The Kafka runtime: records in, the same decisions, an outbox that is published."""
