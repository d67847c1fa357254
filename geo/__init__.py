"""The geospatial store and every spatial operation; knows no screen and no file format."""
