"""How fast the pipeline is, in floors: the time lxml needs to parse and validate the same bytes."""
