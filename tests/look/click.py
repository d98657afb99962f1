#!/usr/bin/python3
"""Opens the project "Olycksanalys" in real QGIS without a screen, clicks on a street, and recomputes what it tells.

usage: click.py FILE.gpkg STORE.gpkg STREET OUT_FOLDER

Checks the order of layers, which columns are shown, the form, and the map tip of STREET in the layer of streets and of
one of its stretches. The numbers of the tip are computed again from the store's rows with SQL. Prints both sheets as
PDF and PNG, and draws the picture of the README: the map with the tip beside it.
"""

import os
import re
import sqlite3
import sys
import tempfile

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="qgis-")

from qgis.core import (  # noqa: E402
    QgsApplication,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsLayoutExporter,
    QgsProject,
    QgsRectangle,
)
from qgis.PyQt.QtCore import QPointF, QRectF, QSize  # noqa: E402
from qgis.PyQt.QtGui import QColor, QFont, QImage, QPainter, QPen, QPolygonF, QTextDocument  # noqa: E402
from qgis_look import painted  # noqa: E402

ORDER = ["platsutdrag", "junctions", "segments", "gator", "events", "measures", "roads", "buildings"]
VISIBLE = 8
HURT = ("dead", "iss9", "police-severe", "iss48", "iss13", "police-light", "hurt")
faults = []


def expect(what, found, wanted):
    """Notes a fault where two things differ, and says what was held."""
    if found == wanted:
        print(f"ok      {what}: {found}")
    else:
        faults.append(f"{what}: {found}, not {wanted}")


def tip(layer, feature):
    """The map tip of a row as QGIS makes it."""
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    context.setFeature(feature)
    text = QgsExpression.replaceExpressionText(layer.mapTipTemplate(), context)
    if "[%" in text:
        faults.append(f"an expression of {layer.name()} cannot be evaluated")
    return text


def plain(text):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).strip()


def by_rows(file, store, street):
    """Accidents and persons of the street, from the rows: accidents of the file by their streets, persons of the store."""
    rows = sqlite3.connect(file).execute("SELECT handelse_id, gator, vag_id, plats FROM events").fetchall()
    own = {row[0] for row in rows if street in (row[1] or "").split(" / ")}
    links = {row[0] for row in sqlite3.connect(file).execute("SELECT vag_id FROM roads WHERE namn = ?", (street,))}
    there = {row[0] for row in rows if row[2] in links}
    if not there <= own:
        faults.append(f"{len(there - own)} accidents on links of {street} are not counted on it")
    crossing = {row[0] for row in rows if row[3] and " / " in row[3] and street in row[3].split(" / ")}
    if own != there | crossing:
        faults.append(f"{street} is more than its links and its junctions")
    connection = sqlite3.connect(store)
    connection.execute("CREATE TEMP TABLE own (id TEXT)")
    connection.executemany("INSERT INTO own VALUES (?)", [(name,) for name in own])
    sql = "SELECT p.severity, count(*) FROM persons p JOIN events e ON e.fid = p.event JOIN own USING (id) GROUP BY 1"
    degrees = dict(connection.execute(sql).fetchall())
    first, last = connection.execute(
        "SELECT min(time_from), max(time_from) FROM events JOIN own USING (id)"
    ).fetchone()
    falls = connection.execute("SELECT count(*) FROM events JOIN own USING (id) WHERE category = 'G0'").fetchone()[0]
    expect("falls among them", falls, 0)
    expect("first and last year lie in the period", (first[:4] >= "2021", last[:4] <= "2025"), (True, True))
    return len(own), sum(degrees.get(code, 0) for code in HURT), degrees


def picture(project, street, text, out):
    """The map around the street with the tip beside it, as a user sees them."""
    size = QSize(1400, 900)
    tree = project.layerTreeRoot()
    shown = [layer for layer in tree.layerOrder() if layer is not None and layer.isSpatial()]
    shown = [layer for layer in shown if tree.findLayer(layer.id()).isVisible()]
    extent = QgsRectangle(street.geometry().boundingBox())
    # The street in the left part, the tip to the right; metres per pixel from what is left of the tip.
    scale = max(extent.width() / 780, extent.height() / 800)
    left, middle = extent.xMinimum() - 50 * scale, extent.center().y() - 60 * scale
    half = size.height() * scale / 2
    extent = QgsRectangle(left, middle - half, left + size.width() * scale, middle + half)
    image = painted(shown, project.crs(), extent, size)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.Antialiasing)
    # The street that was clicked on, as QGIS marks it.
    painter.setPen(QPen(QColor(255, 0, 0, 170), 4))
    scale = size.width() / extent.width()
    for part in street.geometry().asMultiPolyline():
        points = [QPointF((p.x() - extent.xMinimum()) * scale, (extent.yMaximum() - p.y()) * scale) for p in part]
        painter.drawPolyline(QPolygonF(points))
    document = QTextDocument()
    document.setDefaultFont(QFont("DejaVu Sans", 11))
    document.setHtml(text)
    document.setTextWidth(470)
    box = QRectF(size.width() - 530, 40, 500, document.size().height() + 24)
    painter.setPen(QPen(QColor("#8a8a8a"), 1.2))
    painter.setBrush(QColor("#fffff4"))
    painter.drawRect(box)
    painter.translate(box.left() + 14, box.top() + 10)
    document.drawContents(painter)
    painter.end()
    image.convertToFormat(QImage.Format_RGB32).save(out, "PNG")


def main(file, store, name, out):
    file, store = os.path.abspath(file), os.path.abspath(store)
    project = QgsProject.instance()
    if not project.read(f"geopackage:{file}?projectName=Olycksanalys"):
        faults.append(f"the project cannot be opened: {project.error()}")
        return
    layers = {layer.source().split("layername=")[1].split("|")[0]: layer for layer in project.mapLayers().values()}
    for table, layer in layers.items():
        if not layer.isValid():
            faults.append(f"layer {table} is invalid")
    tree = project.layerTreeRoot()
    order = [layer.source().split("layername=")[1] for layer in tree.layerOrder() if layer and layer.isSpatial()]
    expect("layers from the top", order[: len(ORDER)], ORDER)
    events = tree.findLayer(layers["events"].id())
    expect("accidents are off and from 1:5 000", (events.isVisible(), layers["events"].minimumScale()), (False, 5000.0))
    for table in ("segments", "junctions", "gator"):
        columns = [c.name for c in layers[table].attributeTableConfig().columns() if not c.hidden and c.name]
        expect(f"columns shown in {table}", len(columns), VISIBLE)
        form = layers[table].editFormConfig()
        expect(f"tabs of the form of {table}", [tab.name() for tab in form.tabs()], ["Platsen", "Alla uppgifter"])
        first = [child.name() for child in form.tabs()[0].children()]
        expect(f"the form of {table} begins with", first[:2], ["namn", "sammanfattning"])
    drawing = layers["platsutdrag"]
    expect("drawings can be made", (drawing.startEditing(), drawing.rollBack()), (True, True))

    street = next(row for row in layers["gator"].getFeatures() if row["namn"] == name)
    text = tip(layers["gator"], street)
    accidents, injured, degrees = by_rows(file, store, name)
    told = plain(text)
    print(told)
    expect("accidents and injured in the tip", f"{accidents} olyckor, {injured} skadade, 2021–2025" in told, True)
    row = [street[c] for c in ("antal_olyckor", "antal_skadade", "dodade", "allvarligt_iss9", "mattligt_iss48", "lindrigt_iss13", "svart_polis")]
    again = [accidents, injured] + [degrees.get(code, 0) for code in ("dead", "iss9", "iss48", "iss13", "police-severe")]
    expect("numbers of the street against the rows", row, again)
    for line in ("Är det mycket?", "Säkerhet i slutsatsen:", "Väghållare", "ÅDT", "Källa:", "preliminärt", "INTERN"):
        expect(f"the tip says {line}", line in told, True)
    # The comparison once more, from the layer's own rows.
    streets = [dict(zip(row.fields().names(), row.attributes())) for row in layers["gator"].getFeatures()]
    same = [s["per_km_ar"] for s in streets if s["namn"] != name and s["per_km_ar"] and s["vaghallare"] == street["vaghallare"]]
    print(f"        {len(same)} streets of the same keeper have accidents")
    stretch = next(row for row in layers["segments"].getFeatures() if row["namn"].startswith(f"{name}, "))
    told = plain(tip(layers["segments"], stretch))
    print(told)
    expect("a stretch tells its number", told.startswith(f"{stretch['namn']} {stretch['antal_olyckor']} olyck"), True)

    manager = project.layoutManager()
    expect("sheets", sorted(layout.name() for layout in manager.printLayouts()), ["A3 liggande", "A4 liggande"])
    for layout in manager.printLayouts():
        exporter = QgsLayoutExporter(layout)
        stem = os.path.join(out, "olycksanalys-" + layout.name().split()[0].lower())
        settings = QgsLayoutExporter.ImageExportSettings()
        settings.dpi = 110
        expect(f"{layout.name()} is drawn", exporter.exportToImage(stem + ".png", settings), QgsLayoutExporter.Success)
        expect(f"{layout.name()} is printed", exporter.exportToPdf(stem + ".pdf", QgsLayoutExporter.PdfExportSettings()), QgsLayoutExporter.Success)
    picture(project, street, text, os.path.join(out, "storgatan.png"))


if __name__ == "__main__":
    application = QgsApplication([], False)
    application.initQgis()
    main(*sys.argv[1:5])
    for fault in faults:
        print(f"FAILED  {fault}")
    sys.stdout.flush()
    # PyQGIS may fall over while the interpreter is torn down; the work is done by now.
    os._exit(1 if faults else 0)
