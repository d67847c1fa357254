"""Charts: frozen dataclasses in, markup out; no Streamlit, no query, no arithmetic on cases.

Invariant: every value that reaches the markup passes `svg.element` or `svg.text`, which escape it; colours are the
theme's tokens, named in cockpit/static/charts.css only.
"""
