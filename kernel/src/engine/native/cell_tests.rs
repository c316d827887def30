//! The tests in a cell: `#[test]` functions, also those of a `#[cfg(test)]` module. The cell that defines them runs them.

use syn::spanned::Spanned;

use super::item::Edit;

/// A `#[test]` function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CellTest {
    /// From the top level of the cell: `tests::it_works`.
    path: String,
    ignored: bool,
    /// The text that its panic must hold, if it is to panic.
    should_panic: Option<String>,
}

/// The tests in an item, and the edits that make them ordinary functions that can be called from outside.
pub(super) fn tests_of(item: &syn::Item) -> (Vec<CellTest>, Vec<Edit>) {
    let mut search = Search::default();
    search.item(item, "");
    (search.tests, search.edits)
}

/// The call that runs tests.
pub(super) fn call(tests: &[CellTest]) -> String {
    let list: String = tests.iter().map(CellTest::literal).collect();
    format!("::wick_runtime::tests::run(&[{list}]);")
}

impl CellTest {
    fn literal(&self) -> String {
        let Self {
            path,
            ignored,
            should_panic,
        } = self;
        format!(
            "::wick_runtime::tests::Test{{name:{path:?},ignored:{ignored},should_panic: ::core::option::Option::{should_panic:?},\
             body: || ::wick_runtime::tests::succeeded({path}())}},"
        )
    }
}

#[derive(Default)]
struct Search {
    tests: Vec<CellTest>,
    edits: Vec<Edit>,
}

impl Search {
    /// `outside` is the path of the module around the item, with `::` behind it; empty at the top level, where the item
    /// is made public anyway.
    fn item(&mut self, item: &syn::Item, outside: &str) {
        match item {
            syn::Item::Fn(item) if has(&item.attrs, "test") => {
                self.tests.push(CellTest {
                    path: format!("{outside}{}", item.sig.ident),
                    ignored: has(&item.attrs, "ignore"),
                    should_panic: should_panic(&item.attrs),
                });
                for name in ["test", "ignore", "should_panic"] {
                    self.remove(&item.attrs, |attribute| attribute.path().is_ident(name));
                }
                self.publish(&item.vis, &item.sig, outside);
            }
            syn::Item::Mod(item) => {
                let Some((_, items)) = &item.content else {
                    return;
                };
                let before = self.tests.len();
                let inside = format!("{outside}{}::", item.ident);
                for item in items {
                    self.item(item, &inside);
                }
                if before < self.tests.len() {
                    self.publish(&item.vis, &item.mod_token, outside);
                }
                self.remove(&item.attrs, is_cfg_test);
            }
            _ => {}
        }
    }

    fn remove(&mut self, attributes: &[syn::Attribute], wanted: impl Fn(&syn::Attribute) -> bool) {
        for attribute in attributes.iter().filter(|attribute| wanted(attribute)) {
            self.edits.push(Edit {
                range: attribute.span().byte_range(),
                text: String::new(),
            });
        }
    }

    fn publish(&mut self, visibility: &syn::Visibility, next: &impl Spanned, outside: &str) {
        if !outside.is_empty() && matches!(visibility, syn::Visibility::Inherited) {
            let start = next.span().byte_range().start;
            self.edits.push(Edit {
                range: start..start,
                text: "pub ".into(),
            });
        }
    }
}

fn has(attributes: &[syn::Attribute], name: &str) -> bool {
    attributes.iter().any(|it| it.path().is_ident(name))
}

fn is_cfg_test(attribute: &syn::Attribute) -> bool {
    attribute.path().is_ident("cfg")
        && attribute
            .parse_args::<syn::Ident>()
            .is_ok_and(|condition| condition == "test")
}

/// `#[should_panic]`, `#[should_panic = "text"]` or `#[should_panic(expected = "text")]`.
fn should_panic(attributes: &[syn::Attribute]) -> Option<String> {
    let attribute = attributes
        .iter()
        .find(|it| it.path().is_ident("should_panic"))?;
    let pair = match &attribute.meta {
        syn::Meta::NameValue(pair) => Some(pair.clone()),
        _ => attribute.parse_args::<syn::MetaNameValue>().ok(),
    };
    let text = pair.and_then(|pair| match pair.value {
        syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        }) => Some(text.value()),
        _ => None,
    });
    Some(text.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_found_with_their_attributes() {
        let item = syn::parse_str(
            "#[cfg(test)] mod tests { use super::*; #[test] fn a() {} fn helper() {} mod deep { #[test] #[ignore] fn b() {} } \
             #[test] #[should_panic(expected = \"less\")] fn c() {} #[test] #[should_panic] fn d() {} }",
        );
        let (tests, edits) = tests_of(&item.unwrap());
        let found: Vec<_> = tests
            .iter()
            .map(|test| {
                (
                    test.path.as_str(),
                    test.ignored,
                    test.should_panic.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                ("tests::a", false, None),
                ("tests::deep::b", true, None),
                ("tests::c", false, Some("less")),
                ("tests::d", false, Some(""))
            ]
        );
        let made_public = edits.iter().filter(|edit| edit.text == "pub ");
        assert_eq!(made_public.count(), 5);
        // Of `cfg(test)`, four `test`s, `ignore` and two `should_panic`s.
        let removed = edits.iter().filter(|edit| edit.text.is_empty());
        assert_eq!(removed.count(), 8);
    }

    #[test]
    fn other_functions_stay_as_they_are() {
        for text in ["fn f() {}", "mod m { fn f() {} }", "#[cfg(unix)] mod m {}"] {
            let (tests, edits) = tests_of(&syn::parse_str(text).unwrap());
            assert!(tests.is_empty() && edits.is_empty(), "{text}");
        }
    }
}
