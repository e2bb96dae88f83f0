"""Opens a DOCX in LibreOffice and prints its tracked changes as JSON, and its paragraphs after all
of them were accepted or rejected: tracked.py PIPE FILE."""

import json
import sys
import time

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException


def connect(pipe):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    deadline = time.monotonic() + 60
    while True:
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def items(container):
    e = container.createEnumeration()
    while e.hasMoreElements():
        yield e.nextElement()


def load(desktop, url):
    hidden = PropertyValue()
    hidden.Name, hidden.Value = "Hidden", True
    return desktop.loadComponentFromURL(url, "_blank", 0, (hidden,))


def resolved(context, desktop, url, command):
    document = load(desktop, url)
    dispatcher = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.DispatchHelper", context)
    dispatcher.executeDispatch(document.CurrentController.Frame, command, "", 0, ())
    out = {"paragraphs": [p.getString() for p in items(document.Text)], "changes": len(list(items(document.Redlines)))}
    document.close(True)
    return out


context = connect(sys.argv[1])
desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
url = uno.systemPathToFileUrl(sys.argv[2])
document = load(desktop, url)
types = [r.RedlineType for r in items(document.Redlines)]
document.close(True)
print(json.dumps({
    "insertions": types.count("Insert"),
    "deletions": types.count("Delete"),
    "others": len(types) - types.count("Insert") - types.count("Delete"),
    "accepted": resolved(context, desktop, url, ".uno:AcceptAllTrackedChanges"),
    "rejected": resolved(context, desktop, url, ".uno:RejectAllTrackedChanges"),
}))
desktop.terminate()
