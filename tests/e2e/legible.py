"""Whether the text of a page in the browser can be read: contrast by the formula of WCAG 2."""


def luminance(colour):
    parts = [int(part) / 255 for part in colour[4:-1].split(",")]
    parts = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def is_legible(page):
    """All text that is seen now stands out from what is behind it, as WCAG AA wants."""
    for text, paper, what in page.run(CONTRASTS):
        a, b = sorted((luminance(text), luminance(paper)))
        assert (b + 0.05) / (a + 0.05) >= 4.5, (what, text, paper)


CONTRASTS = """
    const opaque = (e) => {
        for (; e; e = e.parentElement) {
            const colour = getComputedStyle(e).backgroundColor;
            if (colour.startsWith("rgb("))
                return colour;
        }
        return "rgb(255, 255, 255)";
    };
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walk.nextNode()) {
        const e = walk.currentNode.parentElement;
        if (walk.currentNode.data.trim() && e.checkVisibility() && !e.closest(":disabled, .skip, [inert]"))
            found.push([getComputedStyle(e).color, opaque(e), walk.currentNode.data.slice(0, 40)]);
    }
    return found"""
