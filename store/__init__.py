"""Where it is kept: tables, migrations, unit of work, facts in a fixed number of queries, registers."""
