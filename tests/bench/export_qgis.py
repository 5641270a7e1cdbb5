"""QGIS makes the pictures that the exports bench measures: export_qgis.py JOB.json. Its own Python, offscreen."""
import csv, json, os, sys
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
from qgis.core import *
from qgis.PyQt.QtCore import QVariant
from qgis.PyQt.QtGui import QColor, QFont

job = json.load(open(sys.argv[1]))
FONT = "Noto Sans CJK SC"
RAMP = job["colours"]
app = QgsApplication([], False)
app.initQgis()
project = QgsProject.instance()
project.setCrs(QgsCoordinateReferenceSystem(job["crs"]) if job["crs"].startswith("EPSG") else QgsCoordinateReferenceSystem.fromProj(job["crs"]))
mm = QgsUnitTypes.LayoutMillimeters


def layer(path, name):
    made = QgsVectorLayer(path, name, "ogr")
    assert made.isValid(), path
    simplify = QgsVectorSimplifyMethod()
    simplify.setSimplifyHints(QgsVectorSimplifyMethod.GeometrySimplification)
    made.setSimplifyMethod(simplify)
    project.addMapLayer(made, True)
    return made


def text_format(points, halo=True):
    text = QgsTextFormat()
    text.setFont(QFont(FONT))
    text.setSize(points)
    if halo:
        around = QgsTextBufferSettings()
        around.setEnabled(True)
        around.setSize(0.6)
        around.setColor(QColor("white"))
        text.setBuffer(around)
    return text


def named(made, field, points):
    settings = QgsPalLayerSettings()
    settings.fieldName = field
    settings.setFormat(text_format(points))
    made.setLabeling(QgsVectorLayerSimpleLabeling(settings))
    made.setLabelsEnabled(True)


def coloured(made, field, bounds):
    ranges = []
    for i in range(len(bounds) - 1):
        symbol = QgsFillSymbol.createSimple({"color": RAMP[i], "outline_color": "#505050", "outline_width": "0.15"})
        ranges.append(QgsRendererRange(bounds[i], bounds[i + 1], symbol, f"{bounds[i]:g} – {bounds[i + 1]:g}"))
    made.setRenderer(QgsGraduatedSymbolRenderer(field, ranges))


# Painted from below: what surrounds, the areas, rivers, points.
for extra in job["layers"]:
    made = layer(extra["path"], extra["name"])
    if extra["kind"] == "area":
        made.renderer().setSymbol(QgsFillSymbol.createSimple({"color": "#eeebe2", "outline_color": "#b0a890", "outline_width": "0.1"}))
    elif extra["kind"] == "line":
        made.renderer().setSymbol(QgsLineSymbol.createSimple({"color": "#3e86b5", "width": "0.4"}))
    else:
        made.renderer().setSymbol(QgsMarkerSymbol.createSimple({"name": "circle", "color": "#b7380a", "size": "2.2", "outline_color": "white"}))
        named(made, extra["label"], 8)
areas = layer(job["areas"], "areas")
if job.get("join"):
    rows = {r["adcode"]: r for r in csv.DictReader(open(job["join"]))}
    fields = [k for k in next(iter(rows.values())) if k != "adcode"]
    copy = areas.materialize(QgsFeatureRequest())
    copy.dataProvider().addAttributes([QgsField(f, QVariant.Double) for f in fields])
    copy.updateFields()
    changes = {}
    for feature in copy.getFeatures():
        row = rows.get(feature["adcode"], {})
        changes[feature.id()] = {copy.fields().indexOf(f): float(row[f]) for f in fields if row.get(f)}
    copy.dataProvider().changeAttributeValues(changes)
    project.removeMapLayer(areas)
    areas = project.addMapLayer(copy, True)
coloured(areas, job["field"], job["bounds"])
named(areas, "name", job["label_points"])
order = list(reversed([l for l in project.mapLayers().values() if l is not areas]))
order.sort(key=lambda l: {QgsWkbTypes.PointGeometry: 0, QgsWkbTypes.LineGeometry: 1, QgsWkbTypes.PolygonGeometry: 3}[l.geometryType()])
order.insert(sum(l.geometryType() != QgsWkbTypes.PolygonGeometry for l in order), areas)

W, H = job["page"]
k = min(W, H) / 297.0
layout = QgsPrintLayout(project)
layout.initializeDefaults()
layout.pageCollection().page(0).setPageSize(QgsLayoutSize(W, H, mm))
map = QgsLayoutItemMap(layout)
map.attemptMove(QgsLayoutPoint(10 * k, 25 * k, mm))
map.attemptResize(QgsLayoutSize(W - 20 * k, H - 35 * k, mm))
map.setLayers(order)
map.setFrameEnabled(True)
layout.addLayoutItem(map)
to_map = QgsCoordinateTransform(areas.crs(), project.crs(), project)


def look_at(box, grow=1.05):
    box = QgsRectangle(box)
    box.scale(grow)
    wide, high = W - 20 * k, H - 35 * k
    scale = max(box.width() / wide, box.height() / high)
    centre = box.center()
    map.setExtent(QgsRectangle(centre.x() - scale * wide / 2, centre.y() - scale * high / 2,
                               centre.x() + scale * wide / 2, centre.y() + scale * high / 2))


look_at(to_map.transformBoundingBox(areas.extent()))
title = QgsLayoutItemLabel(layout)
title.setText(job["title"])
title.setFont(QFont(FONT, int(28 * k)))
title.attemptMove(QgsLayoutPoint(10 * k, 6 * k, mm))
title.attemptResize(QgsLayoutSize(W - 20 * k, 16 * k, mm))
layout.addLayoutItem(title)
legend = QgsLayoutItemLegend(layout)
for style in (QgsLegendStyle.Title, QgsLegendStyle.Group, QgsLegendStyle.Subgroup, QgsLegendStyle.SymbolLabel):
    legend.setStyleFont(style, QFont(FONT, int(10 * k)))
legend.setLinkedMap(map)
legend.attemptMove(QgsLayoutPoint(14 * k, H - 110 * k, mm))
layout.addLayoutItem(legend)
bar = QgsLayoutItemScaleBar(layout)
bar.setLinkedMap(map)
bar.applyDefaultSize(QgsUnitTypes.DistanceKilometers)
bar.setTextFormat(text_format(10 * k, False))
bar.attemptMove(QgsLayoutPoint(W - 105 * k, H - 26 * k, mm))
layout.addLayoutItem(bar)
arrow = QgsLayoutItemPicture(layout)
arrow.setPicturePath("/usr/share/qgis/svg/arrows/NorthArrow_02.svg")
arrow.attemptMove(QgsLayoutPoint(W - 40 * k, 30 * k, mm))
arrow.attemptResize(QgsLayoutSize(22 * k, 22 * k, mm))
layout.addLayoutItem(arrow)
layout.renderContext().setDpi(job["dpi"])
exporter = QgsLayoutExporter(layout)


def pdf(path):
    settings = QgsLayoutExporter.PdfExportSettings()
    settings.dpi = job["dpi"]
    settings.forceVectorOutput = True
    settings.simplifyGeometries = True
    settings.textRenderFormat = QgsRenderContext.TextFormatAlwaysText
    assert exporter.exportToPdf(path, settings) == QgsLayoutExporter.Success


if job["kind"] == "atlas":
    for field, bounds in job["indicators"]:
        coloured(areas, field, bounds)
        for feature in areas.getFeatures():
            look_at(to_map.transformBoundingBox(feature.geometry().boundingBox()), 1.5)
            title.setText(f"{feature['name']} · {field}")
            pdf(os.path.join(job["out"], f"{feature['adcode']}-{field}.pdf"))
elif job["kind"] == "pdf":
    pdf(job["out"])
else:
    settings = QgsLayoutExporter.ImageExportSettings()
    settings.dpi = job["dpi"]
    assert exporter.exportToImage(job["out"], settings) == QgsLayoutExporter.Success
sys.stdout.flush()
os._exit(0)
