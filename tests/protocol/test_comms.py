"""Comms: targets that cells register, comms that cells open."""

import struct

from kernel_client import Session
from test_messages import iopub_until_idle, reply_to


def send(kernel: Session, kind: str, buffers: list[bytes] | None = None, **content) -> list[dict]:
    """Sends a message about a comm; returns what is published for it, states aside."""
    message = kernel.client.session.msg(kind, content)
    if buffers is None:
        kernel.client.shell_channel.send(message)
    else:
        kernel.client.session.send(kernel.client.shell_channel.socket, message, buffers=buffers)
    published = iopub_until_idle(kernel, message["header"]["msg_id"])
    return [it for it in published if it["msg_type"] != "status"]


def open_comms(kernel: Session, target: str | None = None) -> dict:
    return reply_to(kernel, kernel.client.comm_info(target), "comm_info_reply")["content"]["comms"]


ECHO = 'wick::comm::register_target("echo", |comm, message| {\n    println!("heard {message}");\n    comm.send(message);\n});'


def test_a_registered_target_answers(kernel):
    kernel.ok(ECHO)
    opened = send(kernel, "comm_open", comm_id="c1", target_name="echo", data={"n": 1})
    assert [it["msg_type"] for it in opened] == ["stream", "comm_msg"]
    assert opened[1]["content"] == {"comm_id": "c1", "data": {"n": 1}}
    assert open_comms(kernel) == {"c1": {"target_name": "echo"}}
    assert open_comms(kernel, "other") == {}
    said = send(kernel, "comm_msg", comm_id="c1", data={"n": 2})
    assert said[0]["content"]["text"] == 'heard {"n":2}\n'
    assert send(kernel, "comm_close", comm_id="c1", data={}) == []
    assert open_comms(kernel) == {}
    assert send(kernel, "comm_msg", comm_id="c1", data={"n": 3}) == []


def test_a_target_that_nobody_registered_closes(kernel):
    opened = send(kernel, "comm_open", comm_id="c1", target_name="nobody", data={})
    assert [it["msg_type"] for it in opened] == ["comm_close"]
    assert open_comms(kernel) == {}


def test_a_cell_opens_a_comm(kernel):
    request = kernel.client.execute(
        'let comm = wick::comm::open("plot", wick::comm::json!({"kind": "line"}));\n'
        'comm.on_message(|comm, data| comm.close(data));\nlet id = comm.id().to_string();'
    )
    opened = [it["content"] for it in iopub_until_idle(kernel, request, 60) if it["msg_type"] == "comm_open"]
    assert [(it["target_name"], it["data"]) for it in opened] == [("plot", {"kind": "line"})]
    comm = opened[0]["comm_id"]
    assert kernel.value("id") == f'"{comm}"'
    assert comm in open_comms(kernel)
    closed = send(kernel, "comm_msg", comm_id=comm, data={"last": True})
    assert [(it["msg_type"], it["content"]["data"]) for it in closed] == [("comm_close", {"last": True})]
    assert open_comms(kernel) == {}


def test_a_handler_that_panics_is_an_error_of_its_message(kernel):
    kernel.ok('let kept = 7;\nwick::comm::register_target("broken", |_, _| panic!("in the handler"));')
    published = send(kernel, "comm_open", comm_id="c1", target_name="broken", data={})
    assert [it["msg_type"] for it in published] == ["error"]
    assert "in the handler" in published[0]["content"]["evalue"]
    assert kernel.value("kept") == "7"


def test_what_a_handler_knows_lasts(kernel):
    kernel.ok(
        "use std::sync::atomic::{AtomicU32, Ordering};\nstatic COUNT: AtomicU32 = AtomicU32::new(0);\n"
        'wick::comm::register_target("count", |_, _| { COUNT.fetch_add(1, Ordering::SeqCst); });'
    )
    send(kernel, "comm_open", comm_id="c1", target_name="count", data={})
    send(kernel, "comm_msg", comm_id="c1", data={})
    assert kernel.value("COUNT.load(Ordering::SeqCst)") == "2"


def with_buffers(published: list[dict]) -> list[tuple[str, dict, list[bytes]]]:
    return [(it["msg_type"], it["content"]["data"], [bytes(buffer) for buffer in it["buffers"]]) for it in published]


def test_a_widgets_state_travels_as_bytes_in_both_directions(kernel):
    """As ipywidgets has it: what is binary is taken out of the state, and `buffer_paths` names its places."""
    request = kernel.client.execute(
        "use std::sync::Mutex;\nuse wick::comm::{self, json};\nstatic SEEN: Mutex<Vec<f32>> = Mutex::new(Vec::new());\n"
        "let values = [1.5f32, -2.].map(f32::to_le_bytes).concat();\n"
        'let state = json!({"state": {"_model_name": "ArrayModel"}, "buffer_paths": [["values"]]});\n'
        'let comm = comm::open_with_buffers("jupyter.widget", state, [values]);\n'
        "comm.on_message(|comm, message| {\n"
        "    let numbers = comm.buffers()[0].chunks_exact(4).map(|it| f32::from_le_bytes(it.try_into().unwrap()));\n"
        "    *SEEN.lock().unwrap() = numbers.collect();\n"
        '    let half: Vec<u8> = SEEN.lock().unwrap().iter().flat_map(|it| (it / 2.).to_le_bytes()).collect();\n'
        '    comm.send_with_buffers(json!({"method": "update", "state": {}, "buffer_paths": message["buffer_paths"]}), [half]);\n'
        "});"
    )
    (opened,) = [it for it in iopub_until_idle(kernel, request, 60) if it["msg_type"] == "comm_open"]
    assert with_buffers([opened]) == [
        ("comm_open", {"state": {"_model_name": "ArrayModel"}, "buffer_paths": [["values"]]}, [struct.pack("<2f", 1.5, -2)])
    ]
    paths = [["values"]]
    update = {"method": "update", "state": {}, "buffer_paths": paths}
    answer = send(kernel, "comm_msg", [struct.pack("<3f", 1, 2, 3)], comm_id=opened["content"]["comm_id"], data=update)
    assert with_buffers(answer) == [
        ("comm_msg", {"method": "update", "state": {}, "buffer_paths": paths}, [struct.pack("<3f", 0.5, 1, 1.5)])
    ]
    assert kernel.value("SEEN.lock().unwrap().clone()") == "[1.0, 2.0, 3.0]"


def test_buffers_may_be_many_large_or_empty(kernel):
    kernel.ok(
        'wick::comm::register_target("back", |comm, _| {\n'
        "    let buffers = comm.buffers().iter().rev().cloned();\n"
        '    comm.send_with_buffers(wick::comm::json!({"n": comm.buffers().len()}), buffers);\n});'
    )
    buffers = [bytes(range(256)) * 40_000, b"", b"<IDS|MSG>", b"\x1b]wick;"]
    opened = send(kernel, "comm_open", buffers, comm_id="c1", target_name="back", data={})
    assert with_buffers(opened) == [("comm_msg", {"n": 4}, buffers[::-1])]
    assert with_buffers(send(kernel, "comm_msg", comm_id="c1", data={})) == [("comm_msg", {"n": 0}, [])]
