"""Runs every job of the exports bench with Parkscope, QGIS and Mapnik in turn (A B C, A B C …), as cold processes, and
prints time (that of the processor in brackets), peak memory and size of the file, medians, with the ratios."""
import argparse, csv, json, os, re, shutil, statistics, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PARKSCOPE = os.path.join(ROOT, "build/release/parkscope")
DATA = os.path.join(ROOT, "assets/qingyuan")
PROJECT = os.path.join(DATA, "qingyuan.parkscope.toml")
COLOURS = ["#fff5f0", "#fdd3c1", "#fca082", "#fb694a", "#e32f27", "#b11218", "#67000d"]
ALBERS = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +datum=WGS84 +units=m"

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("counties", nargs="?", help="areas with name and adcode, as GeoJSON")
options.add_argument("--runs", type=int, default=3)
options.add_argument("--out", default=os.path.join(tempfile.gettempdir(), "parkscope-export"))
options.add_argument("--only", default="", help="jobs whose name contains this")
options.add_argument("--peers", default="parkscope,qgis,mapnik")
A = options.parse_args()
os.makedirs(A.out, exist_ok=True)


def run(command):
    """(seconds, seconds of processor, MiB) of the process; None when it fails."""
    start = time.monotonic()
    with open(os.path.join(A.out, "log.txt"), "w") as log:
        child = subprocess.Popen(command, stdout=log, stderr=log)
        _, status, used = os.wait4(child.pid, 0)
    child.returncode = status
    return (time.monotonic() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024) if status == 0 else None


def size(path):
    if os.path.isfile(path):
        return os.path.getsize(path)
    return sum(os.path.getsize(os.path.join(d, f)) for d, _, files in os.walk(path) for f in files)


def parkscope_json(*arguments):
    return json.loads(subprocess.run([PARKSCOPE, *arguments, "--json"], check=True, capture_output=True).stdout)


# The embedded project's figures as one table, for programs that read no project.
figures = {}
for row in csv.DictReader(open(os.path.join(DATA, "indicators.csv"))):
    if row["adcode"] != "441800" and row["value"]:
        figures.setdefault(row["indicator"], {}).setdefault(row["year"], {})[row["adcode"]] = float(row["value"])
latest = {name: years[max(years)] for name, years in figures.items() if len(years[max(years)]) == 8}
names = sorted(latest)[:6]
table = os.path.join(A.out, "figures.csv")
with open(table, "w") as out:
    writer = csv.writer(out)
    writer.writerow(["adcode", *names])
    for code in sorted(latest[names[0]]):
        writer.writerow([code, *(latest[n][code] for n in names)])


def bounds_of(values, classes=5):
    ordered = sorted(values)
    return [ordered[0]] + [ordered[min(len(ordered) - 1, (i + 1) * len(ordered) // classes - 1)] for i in range(classes)]


city = {"areas": os.path.join(DATA, "counties.geojson"), "join": table, "crs": "EPSG:4547", "title": "清远市创新发展布局",
        "field": names[0], "bounds": bounds_of(latest[names[0]].values()), "label_points": 11,
        "layers": [{"path": os.path.join(DATA, "neighbours.geojson"), "name": "neighbours", "kind": "area"},
                   {"path": os.path.join(DATA, "rivers.geojson"), "name": "rivers", "kind": "line"}]}
parks = os.path.join(A.out, "parks.geojson")  # both peers read the same points
json.dump({"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"name": r["short"]},
     "geometry": {"type": "Point", "coordinates": [float(r["lon"]), float(r["lat"])]}}
    for r in csv.DictReader(open(os.path.join(DATA, "parks.csv"))) if r["lon"]]}, open(parks, "w"), ensure_ascii=False)
city["layers"].append({"path": parks, "name": "parks", "kind": "point", "label": "name"})

A3, A4, A0 = (420, 297), (297, 210), (1189, 841)
jobs = []


def add(name, of, kind, page, ending, command):
    jobs.append({"name": name, **of, "kind": kind, "page": page, "dpi": 300, "ending": ending, "colours": COLOURS,
                 "command": command, "indicators": [(n, bounds_of(latest[n].values())) for n in names]})


page = ["--landscape", "--dpi", "300"]
add("project, A3 PNG", city, "png", A3, ".png", ["snapshot", PROJECT, "--paper", "A3", *page])
add("project, A3 PDF", city, "pdf", A3, ".pdf", ["snapshot", PROJECT, "--paper", "A3", *page])
add("project, A0 PNG", city, "png", A0, ".png", ["snapshot", PROJECT, "--paper", "A0", *page])
if A.counties:
    style = ["--field", "adcode", "--method", "quantile", "--classes", "7", "--label", "name"]
    breaks = parkscope_json("classify", A.counties, "--field", "adcode", "--method", "quantile", "--classes", "7")
    lowest = min(f["properties"]["adcode"] for f in json.load(open(A.counties))["features"])
    many = {"areas": A.counties, "crs": ALBERS, "title": "全国县级行政区", "field": "adcode", "label_points": 5,
            "bounds": [lowest, *breaks["upper_bounds"]], "layers": []}
    add("counties, A3 PNG", many, "png", A3, ".png", ["snapshot", A.counties, *style, "--paper", "A3", *page])
    add("counties, A3 PDF", many, "pdf", A3, ".pdf", ["snapshot", A.counties, *style, "--paper", "A3", *page])
    add("counties, A0 PNG", many, "png", A0, ".png", ["snapshot", A.counties, *style, "--paper", "A0", *page])
six = ["--indicator", "density,population,urbanisation,population_share,parks,distance_to_core"]  # as many sheets as the peers' 48, and two
add("atlas, 8 × 6 A4 PDF", city, "atlas", A4, "", ["atlas", PROJECT, "--paper", "A4", "--format", "pdf", *six, *page])
add("atlas, one A4 PDF file", city, "atlas", A4, ".pdf", ["atlas", PROJECT, "--paper", "A4", *six, *page])


def command_of(peer, job, target):
    if peer == "parkscope":
        return [PARKSCOPE, *job["command"], "-o", target]
    described = os.path.join(A.out, "job.json")
    json.dump({**job, "out": target}, open(described, "w"))
    return ["/usr/bin/python3", os.path.join(HERE, f"export_{peer}.py"), described]


def cell(result):
    if not result:
        return "—"
    seconds, cpu, memory, bytes = result
    return f"{seconds:.2f} s ({cpu:.2f}), {memory:.0f} MiB, {bytes / 1e6:.2f} MB"


peers = A.peers.split(",")
print("| job | " + " | ".join(peers) + " | peers as multiples: time (processor), memory, size |")
print("|---|" + "---|" * (len(peers) + 1))
for job in jobs:
    if A.only not in job["name"]:
        continue
    taken = {p: [] for p in peers}
    sizes = {}
    for _ in range(A.runs):
        for p in peers:
            if p != "parkscope" and job["kind"] == "atlas" and job["ending"]:
                continue  # the peers write a file for each sheet
            target = os.path.join(A.out, re.sub(r"\W+", "-", job["name"]) + "-" + p + job["ending"])
            if job["kind"] == "atlas" and not job["ending"]:
                shutil.rmtree(target, ignore_errors=True)
                os.makedirs(target)
            measured = run(command_of(p, job, target))
            if not measured:
                sys.stderr.write(f"{job['name']}, {p}: failed: {open(os.path.join(A.out, 'log.txt')).read()[-300:]}\n")
                break
            taken[p].append(measured)
            sizes[p] = size(target)
    results = {p: (*(statistics.median(column) for column in zip(*taken[p])), sizes[p]) if taken[p] else None for p in peers}
    own = results.get("parkscope")
    ratios = "; ".join(f"{p} {r[0] / own[0]:.1f}× ({r[1] / own[1]:.1f}×), {r[2] / own[2]:.1f}×, {r[3] / own[3]:.1f}×"
                       for p, r in results.items() if own and r and p != "parkscope")
    print(f"| {job['name']} | " + " | ".join(cell(results[p]) for p in peers) + f" | {ratios} |", flush=True)
