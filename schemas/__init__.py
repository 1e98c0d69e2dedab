"""The JSON Schemas and data files that checks share; a package so that they are installed beside the code."""
