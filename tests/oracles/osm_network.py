"""Counts of an OpenStreetMap extract by an independent reading, with the standard library alone.

    python3 osm_network.py FILE.osm.pbf

The file's protocol buffers are unpacked here by hand. The rules of which ways are roads are written anew from the
tags, not taken from the program.
"""

import collections
import json
import struct
import sys
import zlib


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def fields(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 2:
            size, at = varint(data, at)
            value, at = data[at : at + size], at + size
        elif kind == 1:
            value, at = data[at : at + 8], at + 8
        else:
            value, at = data[at : at + 4], at + 4
        yield number, value


def packed(data):
    at, values = 0, []
    while at < len(data):
        value, at = varint(data, at)
        values.append(value)
    return values


def signed(value):
    return (value >> 1) ^ -(value & 1)


def deltas(data):
    total, values = 0, []
    for value in packed(data):
        total += signed(value)
        values.append(total)
    return values


def read(path):
    nodes, ways, relations = {}, {}, {}
    data = open(path, "rb").read()
    at = 0
    while at < len(data):
        size = struct.unpack(">I", data[at : at + 4])[0]
        header = dict(fields(data[at + 4 : at + 4 + size]))
        at += 4 + size
        blob = dict(fields(data[at : at + header[3]]))
        at += header[3]
        if header[1] != b"OSMData":
            continue
        block = list(fields(zlib.decompress(blob[3]) if 3 in blob else blob[1]))
        strings = next([v.decode() for n, v in fields(value) if n == 1] for number, value in block if number == 1)
        scale = dict((n, v) for n, v in block if n in (17, 19, 20))
        grain = scale.get(17, 100)
        assert not scale.get(19) and not scale.get(20)
        for number, group in block:
            if number != 2:
                continue
            for sort, value in fields(group):
                if sort == 2:
                    dense = dict(fields(value))
                    pairs = packed(dense.get(10, b""))
                    place = 0
                    for key, lat, lon in zip(deltas(dense[1]), deltas(dense[8]), deltas(dense[9])):
                        tags = {}
                        while place < len(pairs) and pairs[place]:
                            tags[strings[pairs[place]]] = strings[pairs[place + 1]]
                            place += 2
                        place += 1
                        nodes[key] = (lon * grain * 1e-9, lat * grain * 1e-9, tags)
                elif sort in (3, 4):
                    raw = dict(fields(value))
                    tags = {
                        strings[k]: strings[v] for k, v in zip(packed(raw.get(2, b"")), packed(raw.get(3, b"")))
                    }
                    if sort == 3:
                        ways[raw[1]] = (deltas(raw.get(8, b"")), tags)
                    else:
                        roles = [strings[role] for role in packed(raw.get(8, b""))]
                        members = list(zip(packed(raw.get(10, b"")), deltas(raw.get(9, b"")), roles))
                        relations[raw[1]] = (members, tags)
                elif sort == 1:
                    raise SystemExit("plain nodes are not read")
    return nodes, ways, relations


CAR = set(
    "motorway trunk primary secondary tertiary motorway_link trunk_link primary_link secondary_link tertiary_link "
    "unclassified residential living_street service road track busway escape".split()
)
GC = set("footway cycleway path pedestrian steps bridleway trail".split())
OPEN = {"yes", "designated", "permissive", "destination", "official"}


def modes(tags):
    highway = tags.get("highway")
    if highway not in CAR | GC or tags.get("indoor") == "yes":
        return None
    closed = tags.get("access") == "no"
    public = highway == "busway" or any(tags.get(key) in OPEN for key in ("bus", "psv", "taxi"))
    if highway in CAR:
        own = next((tags[key] for key in ("motorcar", "motor_vehicle", "vehicle") if key in tags), None)
        car = public or not (own == "no" if own is not None else closed)
    else:
        car = public or any(tags.get(key) in OPEN for key in ("motorcar", "motor_vehicle"))
    shut = [tags[key] in ("no", "use_sidepath") if key in tags else closed for key in ("foot", "bicycle")]
    gc = not all(shut)
    if highway in ("motorway", "motorway_link", "busway", "escape") or (
        highway in CAR and tags.get("motorroad") == "yes"
    ):
        gc = any(tags.get(key) in OPEN for key in ("foot", "bicycle"))
    if tags.get("area") == "yes":
        car = False
    return (car, gc) if car or gc else None


def one_way(tags):
    value = tags.get("oneway")
    if value is None and (tags.get("junction") in ("roundabout", "circular") or tags["highway"] == "motorway"):
        return 1
    return {"yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1}.get(value, 0)


def height(tags):
    bridge = tags.get("bridge", "no") != "no"
    tunnel = tags.get("tunnel", "no") not in ("no", "building_passage") and not bridge
    try:
        level = int(tags["layer"])
    except (KeyError, ValueError):
        level = bridge - tunnel
    return (level, bridge, tunnel)


def assembled(members, ways, nodes):
    """Whether the ways of each role close into rings, all nodes of which are in the file."""
    for wanted in (False, True):
        ends = collections.Counter()
        for sort, key, role in members:
            if sort == 1 and (role == "inner") == wanted:
                if key not in ways:
                    return False
                refs = ways[key][0]
                if any(ref not in nodes for ref in refs):
                    return False
                if refs[0] != refs[-1]:
                    ends.update((refs[0], refs[-1]))
        if any(value != 2 for value in ends.values()):
            return False
    return any(sort == 1 and role != "inner" for sort, _, role in members)


def main(path):
    nodes, ways, relations = read(path)
    tagged = lambda key, value: sum(1 for each in nodes.values() if each[2].get(key) == value)
    counts = {
        "nodes": len(nodes),
        "ways": len(ways),
        "relations": len(relations),
        "highways": sum("highway" in tags for _, tags in ways.values()),
        "highways_lit_yes": sum("highway" in tags and tags.get("lit") == "yes" for _, tags in ways.values()),
        "lit_yes": sum(tags.get("lit") == "yes" for _, tags in ways.values()),
        "street_lamp_nodes": tagged("highway", "street_lamp"),
        "tree_nodes": tagged("natural", "tree"),
        "entrance_nodes": sum("entrance" in each[2] for each in nodes.values()),
        "building_ways": sum("building" in tags for _, tags in ways.values()),
        "building_ways_whole": sum(
            "building" in tags and len(refs) > 3 and refs[0] == refs[-1] and all(ref in nodes for ref in refs)
            for refs, tags in ways.values()
        ),
        "building_relations": sum("building" in tags for _, tags in relations.values()),
        "building_multipolygons": sum(
            tags.get("type") == "multipolygon" and tags.get("building", "no") != "no" and assembled(members, ways, nodes)
            for members, tags in relations.values()
        ),
        "building_multipolygons_not_assembled": sum(
            tags.get("type") == "multipolygon" and tags.get("building", "no") != "no" and not assembled(members, ways, nodes)
            for members, tags in relations.values()
        ),
        "building_ways_that_are_outer_of_a_building": len(
            {
                key
                for members, tags in relations.values()
                if tags.get("type") == "multipolygon" and "building" in tags and assembled(members, ways, nodes)
                for sort, key, role in members
                if sort == 1 and role != "inner" and "building" in ways[key][1]
                and ways[key][0][0] == ways[key][0][-1]
            }
        ),
        "barrier_ways": sum("barrier" in tags for _, tags in ways.values()),
        "barrier_ways_with_two_nodes": sum(
            "barrier" in tags and any(a in nodes and b in nodes for a, b in zip(refs, refs[1:]))
            for refs, tags in ways.values()
        ),
        "barrier_nodes": sum("barrier" in each[2] for each in nodes.values()),
    }
    roads = {key: (refs, tags) for key, (refs, tags) in ways.items() if modes(tags)}
    runs = []
    for key, (refs, tags) in sorted(roads.items()):
        run = []
        for ref in refs + [None]:
            if ref in nodes:
                if not run or run[-1] != ref:
                    run.append(ref)
            else:
                if len(run) > 1:
                    runs.append((key, run))
                run = []
    uses = collections.Counter()
    for _, refs in runs:
        uses.update(refs)
        uses[refs[0]] += 1
        uses[refs[-1]] += 1
    kept = []
    for key, refs in runs:
        start = 0
        for at in range(1, len(refs)):
            if uses[refs[at]] > 1:
                kept.append((key, tuple(refs[start : at + 1])))
                start = at
    # The same piece drawn twice between the same nodes, for the same users, at the same height, in the same direction.
    seen, once = set(), []
    for key, refs in kept:
        tags = roads[key][1]
        back = refs[::-1]
        way = one_way(tags) if modes(tags)[0] else 0
        drawn = lambda run: (run[0], run[-1], tuple(nodes[ref][:2] for ref in run))
        same = (min((drawn(refs), way), (drawn(back), -way)), modes(tags), height(tags))
        if same not in seen:
            seen.add(same)
            once.append((key, refs))
    degree = collections.Counter()
    for _, refs in once:
        degree[refs[0]] += 1
        degree[refs[-1]] += 1
    copies, kept = len(kept) - len(once), once
    parent = {}

    def root(x):
        while parent.setdefault(x, x) != x:
            x = parent[x]
        return x

    for _, refs in kept:
        parent[root(refs[0])] = root(refs[-1])
    missing = sum(any(ref not in nodes for ref in refs) for refs, _ in roads.values())
    counts.update(
        roads=len(roads),
        road_car=sum(modes(tags)[0] for _, tags in roads.values()),
        road_gc=sum(modes(tags)[1] for _, tags in roads.values()),
        roads_with_missing_nodes=missing,
        roads_with_a_run=len({key for key, _ in runs}),
        car_with_a_run=len({key for key, _ in runs if modes(roads[key][1])[0]}),
        runs=len(runs),
        links=len(kept),
        links_drawn_twice=copies,
        network_nodes=len(degree),
        junctions=sum(value >= 3 for value in degree.values()),
        dangling=sum(value == 1 for value in degree.values()),
        components=len({root(x) for x in list(parent)}),
        one_way=sum(tags.get("oneway") in ("yes", "true", "1", "-1", "reverse") for _, tags in roads.values()),
        bridges=sum(tags.get("bridge", "no") != "no" for _, tags in roads.values()),
        roads_lit_yes=sum(tags.get("lit") == "yes" for _, tags in roads.values()),
    )
    print(json.dumps(counts, indent=1))


if __name__ == "__main__":
    main(sys.argv[1])
