"""Files about figures: tables (CSV, Excel) and the monthly report (PDF)."""
