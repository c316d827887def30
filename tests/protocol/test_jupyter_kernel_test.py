"""Jupyter's own conformance tests."""

import jupyter_kernel_test


class TestWick(jupyter_kernel_test.KernelTests):
    kernel_name = "wick"
    language_name = "rust"
    file_extension = ".rs"

    code_hello_world = 'println!("hello, world");'
    code_stderr = 'eprintln!("oops");'
    code_generate_error = 'panic!("on purpose");'
    code_execute_result = [
        {"code": "1 + 2", "result": "3"},
        {"code": "tensor!([1, 2])", "result": "tensor([1, 2])"},
        {"code": '"text".len()', "result": "4"},
    ]
    code_display_data = [
        {"code": 'println!("EVCXR_BEGIN_CONTENT text/html\\n<b>x</b>\\nEVCXR_END_CONTENT");', "mime": "text/html"},
    ]

    complete_code_samples = ["1 + 1", "let x = 5;", "fn f() {}", ":vars", "", "// only a comment"]
    incomplete_code_samples = ["fn f() {", "let x = (1,", '"open', "if true {\n    1", "/* open", "1 +"]
    invalid_code_samples = ["let = 5;", "fn f() }", ")"]

    supported_history_operations = ("tail", "range", "search")
    code_history_pattern = "1?+*"

    completion_samples = [
        {"text": "TensorOp", "matches": {"TensorOptions"}},
        {"text": ":hel", "matches": {"help"}},
        {"text": "retu", "matches": {"return"}},
    ]
    code_inspect_sample = "Tensor"
    code_page_something = ":doc Tensor"
    code_clear_output = "wick::clear_output(false);"
