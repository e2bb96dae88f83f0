package cli

import "io"

// ink colours text for a terminal; the zero one leaves it as it is.
type ink struct{ on bool }

// The colours, as ECMA-48's select graphic rendition has them.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
)

// inkFor colours what goes to w if that is a terminal that can and nobody asked for
// none (https://no-color.org).
func (a *app) inkFor(w io.Writer) ink {
	none, _ := a.env.Lookup("NO_COLOR")
	return ink{none == "" && a.cursor(w)}
}

// cursor says that w is a terminal that understands escape sequences.
func (a *app) cursor(w io.Writer) bool {
	kind, _ := a.env.Lookup("TERM")
	return kind != "dumb" && isTerminal(w)
}

func (i ink) paint(colour, s string) string {
	if !i.on || colour == "" {
		return s
	}
	return "\x1b[" + colour + "m" + s + "\x1b[0m"
}
