"""Chromium for tests: headless, with an empty profile, and all that it asked for and complained of."""

import json
import os
import shutil

CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"

OPTIONS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
           "--disable-background-networking", "--disable-component-update", "--disable-sync",
           "--disable-dev-shm-usage", "--hide-scrollbars", "--lang=en"]


def missing():
    """What a test of the page lacks here, or None."""
    try:
        import selenium  # noqa: F401
    except ImportError:
        return "python3-selenium is not installed (make deps)"
    for program in (CHROMIUM, DRIVER):
        if not os.path.exists(program):
            return "%s is not installed (make deps)" % program
    return None


class Browser:
    """One window. What it requested and what its console said is collected until asked for."""

    def __init__(self, folder):
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        self.folder = str(folder)
        self.downloads = os.path.join(self.folder, "downloads")
        profile = os.path.join(self.folder, "profile")
        os.makedirs(profile)
        os.makedirs(self.downloads)
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for option in OPTIONS + ["--user-data-dir=" + profile]:
            options.add_argument(option)
        options.add_experimental_option("prefs", {"download.default_directory": self.downloads})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        environment = dict(os.environ, HOME=self.folder)
        self.driver = webdriver.Chrome(service=Service(DRIVER, env=environment), options=options)
        self.driver.set_page_load_timeout(20)
        self.driver.set_script_timeout(20)
        self.requested = []
        # Whether a rule of the policy was broken, or something ran that should not.
        self.cdp("Page.addScriptToEvaluateOnNewDocument", source="""
            window.broken = [];
            document.addEventListener("securitypolicyviolation",
                (event) => window.broken.push(event.violatedDirective + " " + event.blockedURI));
            window.alert = window.confirm = window.prompt =
                () => window.broken.push("a dialog");
            """)

    def cdp(self, command, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def look(self, width, height, dark=False):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height,
                 deviceScaleFactor=1, mobile=False)
        self.cdp("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def screenshot(self, name, whole=False):
        import base64

        shot = self.cdp("Page.captureScreenshot", captureBeyondViewport=whole)
        path = os.path.join(self.folder, name + ".png")
        with open(path, "wb") as out:
            out.write(base64.b64decode(shot["data"]))
        return path

    def requests(self):
        """URLs that were asked for since the last call."""
        urls = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                urls.append(message["params"]["request"]["url"])
        return urls

    def complaints(self):
        """What the console of the browser says of errors, and what broke the policy."""
        said = [entry["message"] for entry in self.driver.get_log("browser")
                if entry["level"] == "SEVERE" and "favicon" not in entry["message"]]
        return said + self.run("return window.broken")

    def close(self):
        self.driver.quit()
        shutil.rmtree(os.path.join(self.folder, "profile"), ignore_errors=True)
