//! A small tree of an XML file: local names, ids and links, text. No entity but those of XML itself, no document type.

use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesStart, Event};

use super::PlanReadError;
use super::text::line_of;

/// Deepest nesting of tags. SS 637040 stays below 12.
const DEPTH_LIMIT: usize = 200;

/// An element.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Its name without a prefix.
    pub name: String,
    /// Its attributes by name without a prefix, in order.
    pub attributes: Vec<(String, String)>,
    /// The text directly within it, trimmed.
    pub text: String,
    /// The elements directly within it.
    pub children: Vec<Node>,
}

impl Node {
    /// The value of an attribute, whatever its prefix.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    /// The id that its link points at, without `#`.
    pub fn link(&self) -> Option<&str> {
        self.attribute("href").map(|link| link.trim().trim_start_matches('#'))
    }

    /// The elements of this name directly within it.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Node> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of the first such element directly within it; `None` where it is blank.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        let named = self.children.iter().filter(|child| child.name == name);
        named.map(|child| child.text.as_str()).find(|text| !text.is_empty())
    }

    /// Every element within it, at any depth, before those within that.
    pub fn walk(&self) -> Vec<&Node> {
        let mut found = Vec::new();
        let mut waiting: Vec<&Node> = self.children.iter().rev().collect();
        while let Some(node) = waiting.pop() {
            found.push(node);
            waiting.extend(node.children.iter().rev());
        }
        found
    }
}

/// The root element of a text.
pub(super) fn parse(file: &str, text: &str) -> Result<Node, PlanReadError> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Node> = vec![Node::default()];
    loop {
        let before = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let broken = || PlanReadError::PlanBrokenXml { file: file.to_owned(), line: line_of(text, before) };
        let entities = || PlanReadError::DefinesEntities { file: file.to_owned(), line: line_of(text, before) };
        let Some(top) = open.last_mut() else { return Err(broken()) };
        match reader.read_event().map_err(|_| broken())? {
            Event::Start(tag) => {
                let node = node(&tag).ok_or_else(broken)?;
                open.push(node);
                if open.len() > DEPTH_LIMIT {
                    let (file, line) = (file.to_owned(), line_of(text, before));
                    return Err(PlanReadError::NestedTooDeep { file, line, limit: DEPTH_LIMIT });
                }
            }
            Event::Empty(tag) => top.children.push(node(&tag).ok_or_else(broken)?),
            Event::End(_) => {
                let mut done = open.pop().ok_or_else(broken)?;
                let text = done.text.trim().to_owned();
                done.text = text;
                open.last_mut().ok_or_else(broken)?.children.push(done);
            }
            Event::Text(part) => top.text.push_str(&part),
            Event::CData(part) => top.text.push_str(&part),
            Event::GeneralRef(part) => match part.resolve_char_ref() {
                Ok(Some(letter)) => top.text.push(letter),
                Ok(None) => top.text.push_str(resolve_predefined_entity(&part).ok_or_else(entities)?),
                Err(_) => return Err(broken()),
            },
            Event::DocType(_) => return Err(entities()),
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
    let broken = || PlanReadError::PlanBrokenXml { file: file.to_owned(), line: line_of(text, text.len()) };
    let whole = if open.len() == 1 { open.pop() } else { None };
    whole.and_then(|whole| whole.children.into_iter().next()).ok_or_else(broken)
}

fn node(tag: &BytesStart<'_>) -> Option<Node> {
    let local = |name: &str| name.rsplit(':').next().unwrap_or_default().to_owned();
    let mut attributes = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.ok()?;
        let value = unescape(&attribute.value).ok()?.into_owned();
        attributes.push((local(attribute.key.as_ref()), value));
    }
    Some(Node { name: local(tag.name().as_ref()), attributes, ..Node::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_prefix_and_text_its_escapes() {
        let root =
            parse("a.xml", "<a:b x:id='1&amp;2'><c>G&#197;NG &lt; <![CDATA[<d>]]></c><e/></a:b>").expect("well-formed");
        assert_eq!((root.name.as_str(), root.attribute("id")), ("b", Some("1&2")));
        assert_eq!(root.text_of("c"), Some("GÅNG < <d>"));
        assert_eq!(root.children.len(), 2);
    }

    #[test]
    fn what_is_cut_short_or_reaches_outside_is_refused() {
        for cut in ["x", "<a>", "<a", "<a></b>", "</a>", "<a><b></a>", "<a x='1></a>", "<a>&#xFFFFFFF;</a>"] {
            assert!(matches!(parse("a.xml", cut), Err(PlanReadError::PlanBrokenXml { .. })), "{cut}");
        }
        for reach in ["<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "<a>\n&b;</a>"] {
            assert!(matches!(parse("a.xml", reach), Err(PlanReadError::DefinesEntities { .. })), "{reach}");
        }
        let deep = format!("{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000));
        assert!(matches!(parse("a.xml", &deep), Err(PlanReadError::NestedTooDeep { limit: 200, .. })));
    }
}
