"""Which of GDAL's drivers a reader has: those of the formats that are read here, by the content's first bytes.

Invariant: no driver that goes elsewhere (OGR_VRT, web services) is there to be chosen: GDAL chooses by content,
whatever a file is called.
"""

USED = ("ESRI Shapefile", "GPKG", "OSM", "KML", "LIBKML")
LEFT_OUT = (
    "MEM", "PCIDSK", "PDS4", "VICAR", "PDF", "MBTiles", "EEDA", "OGCAPI", "GDALG", "MapInfo File", "LVBAG", "S57",
    "DGN", "OGR_VRT", "CSV", "GML", "GPX", "GeoJSON", "GeoJSONSeq", "ESRIJSON", "TopoJSON", "OGR_GMT", "SQLite", "WAsP",
    "OpenFileGDB", "DXF", "FlatGeobuf", "GeoRSS", "VFK", "PGDUMP", "GPSBabel", "OGR_PDS", "WFS", "OAPIF", "EDIGEO",
    "Idrisi", "ODS", "XLSX", "Elasticsearch", "Carto", "AmigoCloud", "SXF", "Selafin", "JML", "PLSCENES", "CSW", "VDV",
    "MVT", "NGW", "MapML", "GTFS", "PMTiles", "JSONFG", "MiraMonVector", "ADBC", "AVCBin", "AVCE00", "AIVector", "HTTP",
)  # fmt: skip
"""All others that pyogrio brings along; a test says when it brings another."""


SETTINGS = {
    "GDAL_SKIP": ",".join(LEFT_OUT),
    "GDAL_DRIVER_PATH": "disable",
    "GDAL_PAM_ENABLED": "NO",
    "OGR_SQLITE_LOAD_EXTENSIONS": "NO",
    "PROJ_NETWORK": "OFF",
}
"""What GDAL and PROJ find in a reader's environment: no further drivers, no side files, no network."""
