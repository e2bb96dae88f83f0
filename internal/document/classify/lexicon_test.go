package classify

import "testing"

func TestTheLexiconIsRead(t *testing.T) {
	t.Parallel()
	l, err := readLexicon(lexiconFiles)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d words, %d nodes", len(l.first), len(l.nodes))
}
