//! The versions that a new set of dependencies starts from.

use std::collections::BTreeMap;

use toml::{Table, Value};

/// A lock file with the packages of all of `locks`. Cargo keeps to a version that it finds there where it can; what
/// depends on what it works out anew.
pub(super) fn merged(locks: &[String]) -> Result<String, toml::de::Error> {
    let mut packages = BTreeMap::new();
    for lock in locks {
        let lock: Table = toml::from_str(lock)?;
        let listed = lock.get("package").and_then(Value::as_array);
        for package in listed.into_iter().flatten().filter_map(Value::as_table) {
            // What has no source is a project's own.
            let named = |key: &str| package.get(key).and_then(Value::as_str);
            if let (Some(name), Some(version), Some(source)) =
                (named("name"), named("version"), named("source"))
            {
                let mut package = package.clone();
                package.remove("dependencies");
                packages.insert(
                    [name, version, source].map(str::to_owned),
                    Value::Table(package),
                );
            }
        }
    }
    let whole = Table::from_iter([
        ("version".to_owned(), Value::from(4)),
        (
            "package".to_owned(),
            Value::Array(packages.into_values().collect()),
        ),
    ]);
    Ok(whole.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packages_of_all_are_kept() {
        let lock = |packages: &[(&str, &str)]| {
            let mut text =
                "version = 4\n[[package]]\nname = \"own\"\nversion = \"0.1.0\"\n".to_owned();
            for (name, version) in packages {
                text += &format!(
                    "[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"registry+x\"\nchecksum = \"c\"\n\
                     dependencies = [\"own\"]\n"
                );
            }
            text
        };
        let text = merged(&[
            lock(&[("a", "1.0.0"), ("b", "1.0.0")]),
            lock(&[("a", "1.0.0"), ("a", "2.0.0")]),
        ])
        .unwrap();
        let table: Table = toml::from_str(&text).unwrap();
        let packages = table["package"].as_array().unwrap();
        let names: Vec<_> = packages
            .iter()
            .map(|it| {
                format!(
                    "{} {}",
                    it["name"].as_str().unwrap(),
                    it["version"].as_str().unwrap()
                )
            })
            .collect();
        assert_eq!(names, ["a 1.0.0", "a 2.0.0", "b 1.0.0"]);
        assert!(packages[0].get("dependencies").is_none());
        assert_eq!(packages[0]["checksum"].as_str(), Some("c"));
    }
}
