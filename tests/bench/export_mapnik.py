"""Mapnik makes the pictures that the exports bench measures: export_mapnik.py JOB.json. It has no page: the map
alone, without title, legend and scale bar."""
import csv, json, os, sys
import mapnik

job = json.load(open(sys.argv[1]))
for face in ("Regular", "Bold"):
    mapnik.FontEngine.register_font(f"/usr/share/fonts/opentype/noto/NotoSansCJK-{face}.ttc")
FACE = "Noto Sans CJK SC Regular"
CRS = "epsg:" + job["crs"][5:] if job["crs"].startswith("EPSG") else job["crs"]
areas = job["areas"]
if job.get("join"):  # Mapnik joins nothing: the figures go into the file
    rows = {r["adcode"]: r for r in csv.DictReader(open(job["join"]))}
    data = json.load(open(areas))
    for feature in data["features"]:
        row = rows.get(feature["properties"]["adcode"], {})
        feature["properties"].update({key: float(v) for key, v in row.items() if key != "adcode" and v})
    areas = os.path.join(os.path.dirname(sys.argv[1]), "mapnik-areas.geojson")
    json.dump(data, open(areas, "w"))


def source(path):
    if path.endswith(".csv"):
        return f'<Datasource><Parameter name="type">csv</Parameter><Parameter name="file">{path}</Parameter></Datasource>'
    return f'<Datasource><Parameter name="type">geojson</Parameter><Parameter name="file">{path}</Parameter></Datasource>'


def text(field, size):
    return f'<TextSymbolizer face-name="{FACE}" size="{size}" fill="black" halo-fill="white" halo-radius="1.5" placement="interior">[{field}]</TextSymbolizer>'


def plan(field, bounds):
    rules = ""
    for i in range(len(bounds) - 1):
        low = f"[{field}] &gt;= {bounds[i]}" if i == 0 else f"[{field}] &gt; {bounds[i]}"
        rules += f'<Rule><Filter>({low}) and ([{field}] &lt;= {bounds[i + 1]})</Filter><PolygonSymbolizer fill="{job["colours"][i]}"/><LineSymbolizer stroke="#505050" stroke-width="0.5"/></Rule>'
    xml = f'<Map srs="{CRS}" background-color="white"><Style name="areas" filter-mode="first">{rules}</Style>'
    xml += f'<Style name="names"><Rule>{text("name", job["label_points"])}</Rule></Style>'
    xml += '<Style name="area"><Rule><PolygonSymbolizer fill="#eeebe2"/><LineSymbolizer stroke="#b0a890" stroke-width="0.3"/></Rule></Style>'
    xml += '<Style name="line"><Rule><LineSymbolizer stroke="#3e86b5" stroke-width="1.2"/></Rule></Style>'
    xml += f'<Style name="point"><Rule><MarkersSymbolizer width="6" height="6" fill="#b7380a" stroke="white" allow-overlap="true"/>{text("name", 8)}</Rule></Style>'
    below = "".join(f'<Layer name="{l["name"]}" srs="epsg:4326"><StyleName>{l["kind"]}</StyleName>{source(l["path"])}</Layer>' for l in job["layers"] if l["kind"] == "area")
    above = "".join(f'<Layer name="{l["name"]}" srs="epsg:4326"><StyleName>{l["kind"]}</StyleName>{source(l["path"])}</Layer>' for l in job["layers"] if l["kind"] != "area")
    return xml + below + f'<Layer name="areas" srs="epsg:4326"><StyleName>areas</StyleName><StyleName>names</StyleName>{source(areas)}</Layer>' + above + "</Map>"


to_map = mapnik.ProjTransform(mapnik.Projection("epsg:4326"), mapnik.Projection(CRS))


def look_at(map, box, grow=1.05):
    b = to_map.forward(mapnik.Box2d(*box))
    b.width(b.width() * grow)
    b.height(b.height() * grow)
    map.zoom_to_box(b)


W, H = (side / 25.4 for side in job["page"])


def made(field, bounds, dpi):
    map = mapnik.Map(round(W * dpi), round(H * dpi))
    mapnik.load_map_from_string(map, plan(field, bounds))
    return map


def extent(features):
    xs, ys = [], []

    def walk(c):
        if isinstance(c[0], (int, float)):
            xs.append(c[0])
            ys.append(c[1])
        else:
            for part in c:
                walk(part)
    for f in features:
        walk(f["geometry"]["coordinates"])
    return min(xs), min(ys), max(xs), max(ys)


if job["kind"] == "atlas":
    features = json.load(open(areas))["features"]
    for field, bounds in job["indicators"]:
        map = made(field, bounds, 72)
        for f in features:
            look_at(map, extent([f]), 1.5)
            mapnik.render_to_file(map, os.path.join(job["out"], f"{f['properties']['adcode']}-{field}.pdf"), "pdf")
else:
    dpi = 72 if job["kind"] == "pdf" else job["dpi"]
    map = made(job["field"], job["bounds"], dpi)
    e = [l for l in map.layers if l.name == "areas"][0].datasource.envelope()
    look_at(map, (e.minx, e.miny, e.maxx, e.maxy))
    if job["kind"] == "pdf":
        mapnik.render_to_file(map, job["out"], "pdf")
    else:
        image = mapnik.Image(map.width, map.height)
        mapnik.render(map, image, dpi / 72)
        image.save(job["out"], "png32:z=1")
os._exit(0)
