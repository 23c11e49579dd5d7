"""Everything with input and output: database, events, jobs, files, the outside. Knows no pages."""
