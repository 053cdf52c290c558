#!/usr/bin/env python3
"""Metrics, health, events and the flight recorder of a box that trades, asked for by real peers:
http.client, raw sockets that behave badly, a notification socket, and the files it leaves.

    polluxd_metrics.py POLLUXD
"""

import atexit
import http.client
import json
import os
import re
import signal
import socket
import sys
import threading
import time

from metrics_support import (TREE, WAIT, Box, Frozen, Scrape, Unread, await_told, drained,
                             lawful, lcore_of, listener_of, records)
from replay_support import equal, require, run_specs, spec

TOO_SLOW = 5  # seconds, for the box: HTTP_READ_SECONDS
THE_BOX = []


def trading(bench):
    """One box for all specs that only ask."""
    if not THE_BOX:
        THE_BOX.append(Box(bench, "trading"))
        THE_BOX[0].await_that("100 orders", lambda: THE_BOX[0].scrape().all(
            "pollux_gateway_order_sent_total") > 100)
    return THE_BOX[0]


@spec
def ten_scrapes_of_a_box_that_trades_keep_the_format_and_every_law(bench):
    box, before, times = trading(bench), None, []
    for _ in range(10):
        begin = time.perf_counter()
        status, body = box.ask("/metrics")
        times.append(time.perf_counter() - begin)
        equal(status, 200, "the status")
        scrape = Scrape(body)
        lawful(scrape)
        for key, kind in scrape.family.items():
            if before and kind == "counter" and (key, ()) in before.sample:
                require(scrape.sample[key, ()] >= before.sample[key, ()], f"{key} went down")
        before = scrape
        time.sleep(0.11)
    times.sort()
    print(f"    a scrape: {len(body)} bytes, {len(scrape.sample)} samples; with its connection "
          f"p50 {times[5] * 1e3:.2f} ms, longest {times[-1] * 1e3:.2f} ms", flush=True)
    require(scrape.all("pollux_latency_seconds_count", path="packet_to_order") > 0,
            "no order was timed")
    equal(scrape.all("pollux_session_state", state="up"), 3, "sessions that are up")


@spec
def every_metric_of_the_dashboard_and_of_the_rules_is_one_that_is_served(bench):
    scrape = trading(bench).scrape()
    dashboard = json.loads((TREE / "control/metrics/grafana.json").read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
    rules = (TREE / "control/metrics/alerts.yaml").read_text()
    asked += re.findall(r"^ +expr: (.+)$", rules, flags=re.M)
    require(len(asked) > 30, f"only {len(asked)} expressions")
    require("quantile=" not in rules, "a quantile since the start would hardly come down again")
    require(rules.count("pollux_alert_active") == rules.count("max_over_time(pollux_alert_active"),
            "what is active for an instant would be missed")
    for expression in asked:
        named = set(re.findall(r"\b(?:pollux|process)_\w+", expression))
        require(named, f"no metric in {expression}")
        # A family without samples now, as one of alerts is, is one that is served.
        missing = named - scrape.names() - set(scrape.family)
        require(not missing, f"{missing} of {expression} is not served")
        for name, selected in re.findall(r"(pollux_\w+)\{([^}]*)\}", expression):
            labels = {one for (of, its) in scrape.sample if of == name for one, _ in its}
            if any(of == name for of, _ in scrape.sample):
                wanted = set(re.findall(r"(\w+)=", selected)) - {"instance", "job"}
                require(wanted <= labels, f"{name} has no {wanted - labels}: {expression}")


@spec
def what_strategies_show_of_themselves_is_a_gauge_by_its_name(bench):
    box = trading(bench)
    quotes = "pollux_strategy_gauge", (("name", "quotes"), ("strategy", "maker"))
    box.await_that("a gauge of the maker", lambda: quotes in box.scrape().sample)
    scrape = box.scrape()
    shown = sum(of == "pollux_strategy_gauge" for of, _ in scrape.sample)
    equal(scrape.all("pollux_gateway_gauges"), shown, "gauges there are")
    equal(scrape.all("pollux_gateway_gauges_unshown"), 0, "gauges without a metric")


@spec
def a_healthy_box_says_so_and_other_paths_and_methods_are_refused(bench):
    box = trading(bench)
    box.await_that("healthy", lambda: box.ask("/healthz") == (200, "healthy\n"))
    equal(box.ask("/healthz", "HEAD"), (200, ""), "HEAD")
    for path, method, status in (("/", "GET", 404), ("/metrics/", "GET", 404),
                                 ("/metrics", "POST", 405), ("/healthz", "DELETE", 405),
                                 ("/" + "x" * 300, "GET", 414)):
        equal(box.ask(path, method)[0], status, f"the status of {method} {path[:20]}")
    client = http.client.HTTPConnection("127.0.0.1", box.port, timeout=WAIT)
    client.request("GET", "/metrics", headers={"Long": "x" * 9000})
    equal(client.getresponse().status, 431, "the status of a request with long headers")
    client.close()


@spec
def a_connection_is_used_again_and_pipelined_requests_are_answered_in_order(bench):
    box = trading(bench)
    client = http.client.HTTPConnection("127.0.0.1", box.port, timeout=WAIT)
    for _ in range(5):
        client.request("GET", "/healthz")
        equal(client.getresponse().read(), b"healthy\n", "the answer")
    client.close()
    with box.connect() as raw:
        two = (b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
               b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        raw.sendall(two * 50 + b"GET /healthz HTTP/1.0\r\n\r\n")
        came = b""
        while more := raw.recv(65536):
            came += more
    equal(re.findall(rb"HTTP/1\.1 (\d+)", came), [b"404", b"200"] * 50 + [b"200"],
          "the answers to 101 requests at once")


@spec
def garbage_is_answered_or_ended_and_the_next_scrape_is_as_good(bench):
    box = trading(bench)
    for garbage in (b"\x00" * 100, b"\x16\x03\x01\x00\xa5" + bytes(range(160)), b"\r\n\r\n",
                    os.urandom(20000) + b"\n", b"GET / HTTP/9.9\r\n\r\n", b"a" * 100000):
        with box.connect() as raw:
            try:
                raw.sendall(garbage)
                raw.shutdown(socket.SHUT_WR)
                came = raw.recv(100)
            except (ConnectionResetError, BrokenPipeError):
                came = b""
            require(came == b"" or re.match(rb"HTTP/1\.1 (4\d\d|505) ", came), f"it says {came}")
        equal(box.ask("/healthz")[0], 200, "the status after it")


@spec
def a_thousand_connections_and_slow_ones_keep_nobody_out(bench):
    box = trading(bench)
    held = []
    for i in range(1000):
        one = box.connect()
        one.sendall(b"GET /metr" if i % 2 else b"")
        held.append(one)
    longest = 0
    for _ in range(20):
        begin = time.perf_counter()
        lawful(box.scrape())
        longest = max(longest, time.perf_counter() - begin)
    print(f"    beside 1,000 connections that are held open a scrape takes at most "
          f"{longest * 1e3:.1f} ms", flush=True)
    # Who waited for others' connections would wait until they are too slow for the box.
    require(longest < TOO_SLOW, f"a scrape took {longest} s")
    scrape = box.scrape()
    require(scrape.all("pollux_metrics_http_connection_evicted_total") > 900, "nobody gave way")
    with box.connect() as late:  # fifteen newer ones take the places of older ones, not its own
        held += [box.connect() for _ in range(15)]
        time.sleep(0.1)
        late.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        require(late.recv(100).startswith(b"HTTP/1.1 200 "), "a connection that was not the oldest")
    for one in held:
        one.close()


def slow_writer(box, ended):
    """A byte of a request that never ends every 100 ms, until the other side has had enough."""
    begin = time.monotonic()
    with box.connect() as raw:
        raw.settimeout(0.1)
        try:
            while time.monotonic() - begin < WAIT:
                raw.sendall(b"G")
                try:
                    if raw.recv(100) == b"":
                        break
                except socket.timeout:
                    pass
        except (ConnectionResetError, BrokenPipeError):
            pass
    ended.append(time.monotonic() - begin)


SLOW = []


@spec
def slow_ones_have_begun_and_the_box_goes_on(bench):
    box, ended = trading(bench), []
    writers = [threading.Thread(target=slow_writer, args=(box, ended), daemon=True)
               for _ in range(5)]
    for one in writers:
        one.start()
    reader = box.connect()  # takes nothing of what it asks for
    reader.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 100)
    rests = http.client.HTTPConnection("127.0.0.1", box.port, timeout=WAIT)
    rests.request("GET", "/healthz")
    equal(rests.getresponse().read(), b"healthy\n", "the first answer")
    SLOW.extend((writers, ended, reader, rests))
    lawful(box.scrape())


@spec
def systemd_is_told_and_the_journal_gets_lines_with_their_priority(bench):
    path, listener = listener_of(bench)
    box = Box(bench, "service", journald=True,
              environment={"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "400000"})
    told = await_told(listener, "READY=1", "WATCHDOG=1", "STATUS=healthy", "WATCHDOG=1")
    equal(told[0], "READY=1", "the first thing it says")
    box.process.send_signal(signal.SIGUSR2)
    box.await_said("HALTED by SIGUSR2")
    box.await_that("an alert", lambda: box.scrape().all(
        "pollux_alerts", severity="warning", acknowledged="false") >= 1)
    said = box.end()
    await_told(listener, "STOPPING=1")
    box.journal.settimeout(WAIT)
    lines = b""
    while more := box.journal.recv(65536):
        lines += more
    lines = lines.decode().splitlines()
    require(any(one.startswith("<5>note started: ") for one in lines), f"the journal has {lines}")
    require(any(one.startswith("<4>warning halted: ") for one in lines), f"the journal has {lines}")
    require(any(one.startswith("<5>note stopping: ") for one in lines), f"the journal has {lines}")
    require(" UTC  warning halted: " not in said, "the same is said twice")


@spec
def an_lcore_that_hangs_is_unhealthy_and_feeds_no_watchdog(bench):
    path, listener = listener_of(bench)
    box = Box(bench, "hanging", environment={"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "400000"})
    await_told(listener, "READY=1", "WATCHDOG=1", "STATUS=healthy")
    with Frozen(lcore_of(box.process)):
        box.await_that("unhealthy", lambda: box.ask("/healthz")[0] == 503)
        require(box.ask("/healthz")[1].startswith("lcore_silent 0: "), "the sentence")
        box.await_said(r" UTC  alarm lcore_silent 0: ")
        await_told(listener, "STATUS=lcore_silent 0: ")
        listener.setblocking(False)
        drained(listener)
        told = []

        def told_on():
            told.extend(drained(listener))
            return len(told) > 3

        box.await_that("tells systemd more", told_on)
        require(not any(one.startswith("WATCHDOG") for one in told), f"it hears {told}")
        box.await_that("the metric",
                       lambda: box.scrape().all("pollux_lcore_silent_seconds") > 1)
    box.await_that("healthy", lambda: box.ask("/healthz") == (200, "healthy\n"))
    listener.setblocking(True)
    listener.settimeout(WAIT)
    await_told(listener, "WATCHDOG=1")
    box.end()
    kept = sorted((box.directory / "flight").iterdir())
    require(len(kept) == 1 and "lcore_silent" in records(kept[0])["box"][0]["why"],
            f"flight records {kept}")


def await_rendered(box):
    """It renders each second, in parts; who says a line a second has come as far with the other."""
    lines = box.said().count(" UTC  ACTIVE ")
    box.await_that("lines", lambda: box.said().count(" UTC  ACTIVE ") >= lines + 3)


@spec
def a_box_that_fails_leaves_a_flight_record_of_its_last_seconds(bench):
    box = Box(bench, "failing")
    box.await_that("100 orders", lambda: box.scrape().all("pollux_gateway_order_sent_total") > 100
                   and box.scrape().all("pollux_gateway_open") > 30)
    flight = box.directory / "flight"
    await_rendered(box)
    box.process.send_signal(signal.SIGABRT)
    equal(box.process.wait(timeout=WAIT), -signal.SIGABRT, "how it ends")
    files = sorted(flight.iterdir())
    equal([one.name for one in files], ["flight-000001.jsonl"], "the files it has left")
    left = records(files[0])
    equal(left["end"], [{"record": "end", "signal": int(signal.SIGABRT)}], "the last line")
    equal(left["box"][0]["name"], "quickstart", "the box")
    require({one["code"] for one in left["event"]} >= {"started"}, "no event")
    require(len(left["line"]) > 3 and len(left["order"]) > 10 and len(left["position"]) > 3,
            f"it has {({one: len(two) for one, two in left.items()})}")
    metrics = {one["name"]: float(one["value"]) for one in left["metric"]}
    require(metrics["pollux_gateway_order_sent_total"] > 100, "the metrics are of no such box")


@spec
def a_reader_of_its_output_that_is_stuck_keeps_nobody_else(bench):
    box = Unread(bench, "unread")
    box.fill()
    box.await_that("a line that was not taken", lambda: box.scrape().all(
        "pollux_monitor_line_unwritten_total") > 0)
    equal(box.ask("/healthz")[0], 200, "the status")
    require("packet to order" in box.end(), "it ends without its summary")


@spec
def a_folder_that_cannot_be_had_is_an_alert_and_is_taken_when_it_can(bench):
    box = Box(bench, "obstructed", obstacle="flight")
    box.await_said(r"warning flight_unwritten: .*Not a directory")
    flight = box.directory / "flight"
    flight.unlink()
    box.await_that("a folder", flight.is_dir)
    await_rendered(box)
    box.process.send_signal(signal.SIGABRT)
    equal(box.process.wait(timeout=WAIT), -signal.SIGABRT, "how it ends")
    equal([one.name for one in flight.iterdir()], ["flight-000001.jsonl"], "the files it has left")


@spec
def a_port_that_somebody_has_is_an_alert_and_is_taken_when_it_is_free(bench):
    with socket.create_server(("127.0.0.1", 0)) as other:
        box = Box(bench, "second", port=other.getsockname()[1])
        box.await_said(r"warning metrics_unserved: .*Address already in use")
        box.await_said(r"UTC  ACTIVE ")

    def served():
        try:
            return box.ask("/healthz")[0] == 200
        except OSError:
            return False

    box.await_that("served", served)
    box.end()


@spec
def a_request_that_came_too_slowly_was_ended_after_five_seconds(bench):
    box, (writers, ended, reader, rests) = trading(bench), SLOW
    for one in writers:
        one.join()
    require(all(4.5 < one < WAIT for one in ended), f"ended after {ended} s")
    box.await_that("all six ended, the reader too", lambda: box.scrape().all(
        "pollux_metrics_http_connection_timeout_total") >= 6)
    reader.close()
    rests.auto_open = False  # between two requests nobody is ended so soon
    rests.request("GET", "/healthz")
    equal(rests.getresponse().read(), b"healthy\n", "the answer after a rest")
    rests.close()


@spec
def a_halt_is_an_alert_in_the_metrics_and_a_line_for_people(bench):
    box = trading(bench)
    box.process.send_signal(signal.SIGUSR2)
    box.await_that("halted", lambda: box.scrape().all("pollux_gateway_state", state="HALTED") == 1)
    box.await_that("an alert", lambda: ("pollux_alert_active", (
        ("code", "halted"), ("of", ""), ("severity", "warning"))) in box.scrape().sample)
    equal(box.scrape().all("pollux_alerts", severity="warning", acknowledged="false"), 1,
          "alerts that nobody has acknowledged")
    box.await_said(r" UTC  warning halted: ")
    equal(box.ask("/healthz")[0], 200, "a box that is halted is healthy")
    box.end()
    THE_BOX.clear()


if __name__ == "__main__":
    atexit.register(Box.leave)
    run_specs(sys.argv[1:])
