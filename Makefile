# Every verb sets up what it needs in .venv; nothing else on the machine is touched.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup demo check lint test docs bench bench-kafka chaos kafka kafka-local clean

setup: .venv/ready

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable . --group dev
	touch .venv/ready

demo: setup
	rm -rf demo
	$(BIN)/declastroom demo --out demo

check: lint test

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest tests/house -k fresh

test: setup
	$(BIN)/pytest -n auto --dist loadfile

docs: setup
	$(BIN)/python -m tools.make_rule_docs
	$(BIN)/python -m tools.make_command_docs
	$(BIN)/python -m tools.make_fault_docs
	$(BIN)/python -m tools.make_glossary_docs
	$(BIN)/python -m tools.make_register_docs
	$(BIN)/python -m tools.make_examples
	$(BIN)/python -m tools.make_xsd
	$(BIN)/python -m tools.make_topic_docs

bench: setup
	$(BIN)/python -m benchmarks

# One process beside workers on Kafka; needs java, mvn and postgresql.
bench-kafka: setup
	$(BIN)/python -m benchmarks kafka

# Kills of workers, brokers and databases by the hundred; prints what was lost, doubled or mis-paid.
chaos: setup
	$(BIN)/python -m tests.chaos

# A broker and a PostgreSQL in a folder, a worker, a region through Kafka; needs java, mvn and postgresql.
kafka-local: setup
	$(BIN)/python -m tools.try_kafka --folder kafka-local

# The same in containers.
kafka: .secrets/pseudonym_key
	docker compose up --build --detach --wait

.secrets/pseudonym_key:
	mkdir -p .secrets
	umask 077; openssl rand -hex 32 > .secrets/database_password
	umask 077; printf 'postgresql+psycopg://declastroom:%s@postgresql/declastroom' \
	  "$$(cat .secrets/database_password)" > .secrets/declastroom_database_url
	umask 077; openssl rand -hex 32 > $@
	chmod a+r .secrets/*

clean:
	rm -rf .venv demo out kafka-local build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
