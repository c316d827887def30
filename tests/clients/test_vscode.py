"""VS Code's way: it starts the kernel itself from the kernelspec, with a connection file of its own, and talks to it through
zeromq.js. Here the same steps and messages, in the order in which its Jupyter extension sends them (docs/vscode.md)."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import uuid
from pathlib import Path

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpecManager

from test_messages import iopub_until_idle, reply_to


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for it in sockets:
        it.bind(("127.0.0.1", 0))
    ports = [it.getsockname()[1] for it in sockets]
    for it in sockets:
        it.close()
    return ports


@pytest.fixture
def started(tmp_path):
    """The kernel as VS Code starts it, and a client."""
    spec = KernelSpecManager().get_kernel_spec("wick")
    names = ("control_port", "shell_port", "iopub_port", "hb_port", "stdin_port")
    info = dict(zip(names, free_ports(5)), ip="127.0.0.1", key=str(uuid.uuid4()), transport="tcp", signature_scheme="hmac-sha256", kernel_name="wick")
    file = tmp_path / f"kernel-v3{secrets.token_hex(16)}.json"
    file.write_text(json.dumps(info))
    command = [argument.replace("{connection_file}", str(file)) for argument in spec.argv]
    # Not in a process group of its own, and without JPY_PARENT_PID: VS Code's own server ends its kernels.
    environment = {**os.environ, "VSCODE_PID": str(os.getpid())}
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL)
    client = BlockingKernelClient(connection_file=str(file))
    client.load_connection_file()
    client.start_channels(hb=True)

    class Started:
        pass

    kernel = Started()
    kernel.client, kernel.process = client, process
    try:
        yield kernel
    finally:
        client.stop_channels()
        if process.poll() is None:
            process.terminate()
        process.wait(timeout=20)


def test_the_messages_that_vs_code_sends(started):
    client = started.client
    # The first: kernel_info, again and again until it is answered.
    client.wait_for_ready(timeout=60)
    info = reply_to(started, client.kernel_info(), "kernel_info_reply")["content"]
    assert info["language_info"]["name"] == "rust" and info["language_info"]["file_extension"] == ".rs"
    # A quiet cell before the first: VS Code sets the working folder this way where it knows the language.
    quiet = client.execute("", silent=True, store_history=False, stop_on_error=False)
    assert reply_to(started, quiet, "execute_reply")["content"]["status"] == "ok"
    # A cell, as its notebook editor sends it.
    cell = client.session.msg("execute_request", {"code": "tensor!([1, 2]).sum()", "silent": False, "stop_on_error": False, "allow_stdin": True, "store_history": True})
    cell["metadata"] = {"cellId": "vscode-notebook-cell:/n.ipynb#W0"}
    client.shell_channel.send(cell)
    published = iopub_until_idle(started, cell["header"]["msg_id"], 60)
    assert [it["content"]["data"]["text/plain"] for it in published if it["msg_type"] == "execute_result"] == ["tensor(3)"]
    assert reply_to(started, cell["header"]["msg_id"], "execute_reply")["content"]["execution_count"] == 1
    # Typing: completion; the list of open comms for widgets.
    assert "Tensor" in reply_to(started, client.complete("Tens", 4), "complete_reply")["content"]["matches"]
    assert reply_to(started, client.comm_info("jupyter.widget"), "comm_info_reply")["content"]["comms"] == {}
    # Stop: interrupt_mode is "message".
    busy = client.execute("loop { std::hint::spin_loop(); }")
    while client.get_iopub_msg(timeout=30)["msg_type"] != "execute_input":
        pass
    client.control_channel.send(client.session.msg("interrupt_request", {}))
    assert client.get_control_msg(timeout=10)["msg_type"] == "interrupt_reply"
    assert reply_to(started, busy, "execute_reply", 30)["content"]["ename"] == "Interrupted"
    # Closing the notebook: the request, then a signal where that does not help.
    client.control_channel.send(client.session.msg("shutdown_request", {"restart": False}))
    assert client.get_control_msg(timeout=10)["msg_type"] == "shutdown_reply"
    assert started.process.wait(timeout=20) == 0
    assert Path(f"/proc/{started.process.pid}").exists() is False
