package boilerplate

import "strings"

// screenReaderHints holds hints for screen readers that a link leads to another site or opens
// in a new window, folded.
var screenReaderHints = map[string]bool{
	"opens in a new window": true, "opens in new window": true, "opens in a new tab": true, "opens in new tab": true, "opens new window": true,
	"link opens in a new window": true, "link opens in a new tab": true, "external link": true, "opens external link in new window": true,
	"öffnet in neuem fenster": true, "öffnet in einem neuen fenster": true, "öffnet in einem neuen tab": true, "wird in neuem fenster geöffnet": true,
	"s'ouvre dans une nouvelle fenêtre": true, "s'ouvre dans un nouvel onglet": true, "nouvelle fenêtre": true, "lien externe": true,
	"se abre en una ventana nueva": true, "se abre en una nueva ventana": true, "se abre en una pestaña nueva": true, "enlace externo": true,
	"si apre in una nuova finestra": true, "si apre in una nuova scheda": true, "link esterno": true,
	"abre numa nova janela": true, "abre em uma nova janela": true, "abre em nova aba": true,
	"opent in een nieuw venster": true, "opent in een nieuw tabblad": true, "externe link": true,
}

// IsScreenReaderHint reports whether the folded words are a hint for screen readers.
func IsScreenReaderHint(folds []string) bool { return screenReaderHints[strings.Join(folds, " ")] }
