"""What is computed for people and how it looks: figures, charts, maps, the app and the command line."""
