package cli

import "io"

// colorizer colours text for a terminal; the zero one leaves it as it is.
type colorizer struct{ enabled bool }

// The colours, as ECMA-48's select graphic rendition has them.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
)

// colorizerFor colours what goes to w if that is a terminal that can and nobody asked for
// none (https://no-color.org).
func (a *app) colorizerFor(w io.Writer) colorizer {
	none, _ := a.env.Lookup("NO_COLOR")
	return colorizer{none == "" && a.supportsEscapes(w)}
}

// supportsEscapes says that w is a terminal that understands escape sequences.
func (a *app) supportsEscapes(w io.Writer) bool {
	kind, _ := a.env.Lookup("TERM")
	return kind != "dumb" && isTerminal(w)
}

func (i colorizer) paint(colour, s string) string {
	if !i.enabled || colour == "" {
		return s
	}
	return "\x1b[" + colour + "m" + s + "\x1b[0m"
}
