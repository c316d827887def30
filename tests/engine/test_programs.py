"""Whole programs and tests, as books and guides print them: a cell runs its `main` and its tests."""


def test_a_program_is_run(kernel):
    assert kernel.printed('fn main() {\n    println!("Hello, world!");\n}') == "Hello, world!\n"
    # The next one takes its place.
    assert kernel.printed('use std::fmt::Write;\nfn main() {\n    let mut s = String::new();\n'
                          '    write!(s, "{}", 5).unwrap();\n    println!("{s}");\n}') == "5\n"


def test_a_program_may_fail(kernel):
    error = kernel.fails("fn main() -> Result<(), Box<dyn std::error::Error>> {\n    let n: i32 = \"x\".parse()?;\n"
                         "    println!(\"{n}\");\n    Ok(())\n}")
    assert "invalid digit" in error.said
    assert "In[1]:4:7" not in error.said
    error = kernel.fails("fn main() {\n    let v = vec![1];\n    let i = 3;\n    println!(\"{}\", v[i]);\n}")
    assert "index out of bounds" in error.said and "In[2]:4" in error.said


def test_a_program_may_wait(kernel):
    assert kernel.printed('async fn main() {\n    println!("{}", async { 5 }.await);\n}') == "5\n"


def test_a_main_that_the_cell_calls_runs_once(kernel):
    assert kernel.printed('fn main() {\n    println!("once");\n}\nmain();') == "once\n"


def test_tests_are_run_where_they_are_written(kernel):
    cell = kernel.ok(
        "pub fn add(left: u64, right: u64) -> u64 {\n    left + right\n}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n"
        "    #[test]\n    fn it_works() {\n        assert_eq!(add(2, 2), 4);\n    }\n\n    #[test]\n    #[ignore]\n"
        "    fn expensive() {}\n\n    #[test]\n    #[should_panic(expected = \"less than\")]\n    fn panics() {\n"
        "        panic!(\"a value less than 1\");\n    }\n\n    #[test]\n    fn result() -> Result<(), String> {\n        Ok(())\n    }\n}"
    )
    assert "test tests::it_works ... ok" in cell.stdout
    assert "test tests::expensive ... ignored" in cell.stdout
    assert "test tests::panics ... ok" in cell.stdout
    assert "test tests::result ... ok" in cell.stdout
    assert "test result: ok. 3 passed; 0 failed; 1 ignored" in cell.stdout
    assert kernel.value("add(1, 2)") == "3"


def test_a_test_that_fails_fails_its_cell_with_its_line(kernel):
    kernel.ok("let kept = vec![1];")
    error = kernel.fails(
        "#[test]\nfn wrong() {\n    assert_eq!(1, 2);\n}\n#[test]\nfn right() {}\n#[test]\nfn also_wrong() -> Result<(), String> "
        "{\n    Err(\"no\".into())\n}"
    )
    assert "test right ... ok" in error.said and "test wrong ... FAILED" in error.said
    assert "1 passed; 2 failed" in error.said
    assert "In[2]:3" in error.said
    assert kernel.value("kept") == "[1]"
    # What is tested can be defined again, and tested again.
    assert "1 passed" in kernel.ok("#[test]\nfn wrong() {\n    assert_eq!(2, 2);\n}").said
