"""Between a browser and the daemon: passes everything on, until a test wants it to fail."""

import http.client
import http.server
import threading


class Gate:
    """Use as a context; `http_port` is where the browser goes."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.down = False         # answers nothing and passes nothing on
        self.loses = ""           # passes this path on and loses the answer
        self.lost = 0             # how many were

    def __enter__(self):
        gate = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *unused):
                pass

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if gate.down:
                    self.close_connection = True
                    return
                daemon = http.client.HTTPConnection("127.0.0.1", gate.daemon.http_port)
                daemon.request(self.command, self.path, body, dict(self.headers))
                answer = daemon.getresponse()
                content = answer.read()
                daemon.close()
                if gate.loses and self.path.endswith(gate.loses):
                    gate.lost += 1
                    self.close_connection = True
                    return
                self.send_response_only(answer.status)
                for name, field in answer.getheaders():
                    if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                        self.send_header(name, field)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_DELETE = pass_on

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.http_port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *unused):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
