"""Maps: pure functions from shapes and values to SVG and layer data. No Streamlit, no database."""
