"""Column files and tables: a token and its tag in each row."""
