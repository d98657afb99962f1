#!/usr/bin/python3
"""Opens a GeoPackage in real QGIS without a screen, checks what it finds there, and takes a picture.

usage: qgis_look.py FILE.gpkg OUT.png [--project] [--zoom LAYER] [--under FILE.gpkg:LAYER ...] [--expect LAYER:RENDERER ...]

Each layer is opened the way a user drags it into QGIS: its default style must come from the file. With --project the
picture is taken of the project that is stored in the file, zoomed to LAYER or to its own first view, with other files'
layers under it where they are named (top first). Exit code 1 and a sentence where a layer is invalid, a renderer is another than expected, or nothing is painted.
"""

import argparse
import os
import sqlite3
import sys
import tempfile
from contextlib import closing
from urllib.parse import quote

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="qgis-")

from qgis.core import (  # noqa: E402
    QgsApplication,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QEventLoop, QSize  # noqa: E402
from qgis.PyQt.QtGui import QColor  # noqa: E402

SIZE = QSize(1400, 900)
PAPER = QColor("#f4f2ec")


def styled_layers(path, expected):
    """Opens each expected layer and compares its renderer."""
    faults = []
    for name, renderer in expected:
        layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
        if not layer.isValid():
            faults.append(f"{path}: layer {name} is invalid")
            continue
        found = layer.renderer().type()
        aliases = sum(1 for field in layer.fields() if field.alias())
        print(f"layer {name}: {layer.featureCount()} rows, {layer.crs().authid()}, {found}, {aliases} aliases")
        if found != renderer:
            faults.append(f"{path}: layer {name} is drawn as {found}, not {renderer}")
        if aliases == 0:
            faults.append(f"{path}: layer {name} has no Swedish aliases")
    return faults


def painted(layers, crs, extent, size, errors=None):
    """The layers, top first, as one image; what went wrong while drawing is added to `errors`."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(crs)
    settings.setExtent(extent)
    settings.setOutputSize(size)
    settings.setOutputDpi(110)
    settings.setBackgroundColor(PAPER)
    job = QgsMapRendererParallelJob(settings)
    loop = QEventLoop()
    job.finished.connect(loop.quit)
    job.start()
    loop.exec_()
    if errors is not None:
        errors.extend(str(error.message) for error in job.errors())
    return job.renderedImage()


def picture(layers, crs, extent, out):
    """Renders the layers, top first, and returns the share of pixels that are not background."""
    errors = []
    image = painted(layers, crs, extent, SIZE, errors)
    image.save(out, "PNG")
    columns, rows = range(0, SIZE.width(), 3), range(0, SIZE.height(), 3)
    drawn = sum(image.pixel(x, y) != PAPER.rgb() for y in rows for x in columns)
    return drawn / (len(columns) * len(rows)), errors


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("out")
    parser.add_argument("--project", action="store_true")
    parser.add_argument("--zoom")
    parser.add_argument("--under", action="append", default=[])
    parser.add_argument("--hide", action="append", default=[])
    parser.add_argument("--expect", action="append", default=[])
    arguments = parser.parse_args()
    path = os.path.abspath(arguments.file)
    faults = styled_layers(path, [item.split(":", 1) for item in arguments.expect])
    if arguments.project:
        project = QgsProject.instance()
        with closing(sqlite3.connect(path)) as connection:
            name = connection.execute("SELECT name FROM qgis_projects ORDER BY name").fetchone()[0]
        if not project.read(f"geopackage:{path}?projectName={quote(name)}"):
            faults.append(f"{path}: the project inside cannot be opened: {project.error()}")
        tree = project.layerTreeRoot()
        order = [layer for layer in tree.layerOrder() if layer is not None and layer.isSpatial()]
        shown = [layer for layer in order if tree.findLayer(layer.id()).isVisible()]
        shown = [layer for layer in shown if not any(f"layername={name}" in layer.source() for name in arguments.hide)]
        for layer in project.mapLayers().values():
            if not layer.isValid():
                faults.append(f"{path}: layer {layer.name()} of the project is invalid")
        extent = project.viewSettings().defaultViewExtent()
        if arguments.zoom:
            named = [layer for layer in order if f"layername={arguments.zoom}" in layer.source()]
            extent = named[0].extent()
            extent.scale(1.15)
        for item in arguments.under:
            file, name = item.rsplit(":", 1)
            layer = QgsVectorLayer(f"{os.path.abspath(file)}|layername={name}", name, "ogr")
            if not layer.isValid():
                faults.append(f"{item} is invalid")
            layer.setLabelsEnabled(name == "streets")
            project.addMapLayer(layer, False)
            shown.append(layer)
        share, errors = picture(shown, project.crs(), extent, arguments.out)
        print(f"project: {len(project.mapLayers())} layers, {project.crs().authid()}, painted {share:.3f}, {arguments.out}")
        faults += errors
        if share < 0.001:
            faults.append(f"{path}: nothing is painted")
    for fault in faults:
        print(f"FAILED  {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    application = QgsApplication([], False)
    application.initQgis()
    code = main()
    sys.stdout.flush()
    # PyQGIS may fall over while the interpreter is torn down; the work is done by now.
    os._exit(code)
