"""What a file of unknown make is: looked at and told, never loaded; from it a mapping to start from."""
