package cli

import "io"

// colorizer colors text for a terminal. The zero value leaves text unchanged.
type colorizer struct{ enabled bool }

// The parameters of the escape sequence Select Graphic Rendition (ECMA-48).
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
)

// colorizerFor returns an enabled colorizer if w is a terminal that supports color and
// NO_COLOR is unset (https://no-color.org).
func (a *app) colorizerFor(w io.Writer) colorizer {
	noColor, _ := a.env.Lookup("NO_COLOR")
	return colorizer{noColor == "" && a.supportsEscapes(w)}
}

// supportsEscapes reports whether w is a terminal that understands escape sequences.
func (a *app) supportsEscapes(w io.Writer) bool {
	name, _ := a.env.Lookup("TERM")
	return name != "dumb" && isTerminal(w)
}

func (c colorizer) paint(color, s string) string {
	if !c.enabled || color == "" {
		return s
	}
	return "\x1b[" + color + "m" + s + "\x1b[0m"
}
