//! A small pbf of a few elements, for tests: raw blocks, plain nodes.

/// Tags of an element.
pub type Pairs<'a> = &'a [(&'a str, &'a str)];

/// A node: id, longitude and latitude in degrees, tags.
pub type Dot<'a> = (i64, [f64; 2], Pairs<'a>);

/// A member of a relation: sort (0 node, 1 way, 2 relation), id, role.
pub type Member<'a> = (u64, i64, &'a str);

/// Elements to be written.
#[derive(Debug, Default)]
pub struct Small<'a> {
    /// Nodes.
    pub nodes: Vec<Dot<'a>>,
    /// Id, nodes, tags.
    pub ways: Vec<(i64, Vec<i64>, Pairs<'a>)>,
    /// Id, members, tags.
    pub relations: Vec<(i64, Vec<Member<'a>>, Pairs<'a>)>,
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value > 127 {
        out.push(u8::try_from(value & 127).expect("seven bits") | 128);
        value >>= 7;
    }
    out.push(u8::try_from(value).expect("seven bits"));
}

fn number(field: u64, value: u64, out: &mut Vec<u8>) {
    varint(field << 3, out);
    varint(value, out);
}

fn bytes(field: u64, value: &[u8], out: &mut Vec<u8>) {
    varint(field << 3 | 2, out);
    varint(value.len() as u64, out);
    out.extend_from_slice(value);
}

#[expect(clippy::cast_sign_loss, reason = "zigzag")]
fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

fn packed(field: u64, values: impl Iterator<Item = u64>, out: &mut Vec<u8>) {
    let mut inner = Vec::new();
    values.for_each(|value| varint(value, &mut inner));
    bytes(field, &inner, out);
}

fn deltas(field: u64, values: &[i64], out: &mut Vec<u8>) {
    let mut last = 0;
    let steps = values.iter().map(|value| {
        let step = zigzag(value - last);
        last = *value;
        step
    });
    packed(field, steps, out);
}

fn blob(sort: &str, content: &[u8], out: &mut Vec<u8>) {
    let mut body = Vec::new();
    bytes(1, content, &mut body);
    let mut header = Vec::new();
    bytes(1, sort.as_bytes(), &mut header);
    number(3, body.len() as u64, &mut header);
    out.extend_from_slice(&u32::try_from(header.len()).expect("short").to_be_bytes());
    out.extend_from_slice(&header);
    out.extend_from_slice(&body);
}

struct Strings(Vec<String>);

impl Strings {
    fn of(&mut self, text: &str) -> u64 {
        let at = self.0.iter().position(|known| known == text).unwrap_or_else(|| {
            self.0.push(text.to_owned());
            self.0.len() - 1
        });
        at as u64
    }

    fn tags(&mut self, pairs: Pairs<'_>, out: &mut Vec<u8>) {
        let keys: Vec<u64> = pairs.iter().map(|(key, _)| self.of(key)).collect();
        let values: Vec<u64> = pairs.iter().map(|(_, value)| self.of(value)).collect();
        packed(2, keys.into_iter(), out);
        packed(3, values.into_iter(), out);
    }
}

/// The header alone, with the features that a reader must have.
pub fn header(features: &[&str]) -> Vec<u8> {
    let mut header = Vec::new();
    for feature in features {
        bytes(4, feature.as_bytes(), &mut header);
    }
    let mut out = Vec::new();
    blob("OSMHeader", &header, &mut out);
    out
}

/// A block of this sort with this content.
pub fn block(sort: &str, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    blob(sort, content, &mut out);
    out
}

/// The whole file.
#[expect(clippy::cast_possible_truncation, reason = "degrees in units of 100 nanodegrees fit 64 bits")]
pub fn pbf(small: &Small<'_>) -> Vec<u8> {
    let mut strings = Strings(vec![String::new()]);
    let mut group = Vec::new();
    for (id, [lon, lat], tags) in &small.nodes {
        let mut node = Vec::new();
        number(1, zigzag(*id), &mut node);
        strings.tags(tags, &mut node);
        number(8, zigzag((lat * 1e7).round() as i64), &mut node);
        number(9, zigzag((lon * 1e7).round() as i64), &mut node);
        bytes(1, &node, &mut group);
    }
    for (id, refs, tags) in &small.ways {
        let mut way = Vec::new();
        number(1, u64::try_from(*id).expect("not negative"), &mut way);
        strings.tags(tags, &mut way);
        deltas(8, refs, &mut way);
        bytes(3, &way, &mut group);
    }
    for (id, members, tags) in &small.relations {
        let mut relation = Vec::new();
        number(1, u64::try_from(*id).expect("not negative"), &mut relation);
        strings.tags(tags, &mut relation);
        let roles: Vec<u64> = members.iter().map(|member| strings.of(member.2)).collect();
        packed(8, roles.into_iter(), &mut relation);
        deltas(9, &members.iter().map(|member| member.1).collect::<Vec<_>>(), &mut relation);
        packed(10, members.iter().map(|member| member.0), &mut relation);
        bytes(4, &relation, &mut group);
    }
    let mut table = Vec::new();
    for text in &strings.0 {
        bytes(1, text.as_bytes(), &mut table);
    }
    let mut content = Vec::new();
    bytes(1, &table, &mut content);
    bytes(2, &group, &mut content);
    [header(&["OsmSchema-V0.6"]), block("OSMData", &content)].concat()
}
