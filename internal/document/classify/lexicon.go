package classify

import (
	"bufio"
	"bytes"
	"embed"
	"fmt"
	"hash/fnv"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"sync"
)

// lexiconFiles have, a type each, what documents of that type are called and which
// words they use, in many languages. A line is a key, languages that only a reader
// needs, a colon, and phrases between semicolons. A "*" ends a word's beginning.
// The keys: name (sure wherever it stands), loose (a name that documents of other
// types have too), weak (a name only where little else stands beside it), self (a name only after "this"), open (an opening formula),
// word (a word or phrase of such texts).
//
//go:embed lexicon/*.txt
var lexiconFiles embed.FS

// What is known beside the types of Classes, with numbers after theirs: of error
// pages and doors, and of how legal texts of all types speak.
const (
	softError     = featureTypes - 2
	legalRegister = featureTypes - 1
)

var pseudoTypes = map[string]int{"soft_error": softError, "legal_register": legalRegister}

// phraseKind is what a phrase is to a type.
type phraseKind uint8

const (
	kindName phraseKind = iota
	kindGenericName
	kindAmbiguousName
	kindSelfReference
	kindOpeningFormula
	kindTypicalWord
	phraseKinds
)

var phraseKeys = map[string]phraseKind{"name": kindName, "weak": kindGenericName, "loose": kindAmbiguousName, "self": kindSelfReference, "open": kindOpeningFormula, "word": kindTypicalWord}

// lexicon finds the known phrases in a row of tokens: a trie over the numbers of
// their words.
type lexicon struct {
	exact, prefixes           *hashTable
	exactFilter, prefixFilter bloomFilter
	roots                     []uint32   // by a word's number, the node of the phrases that begin with it
	edges                     *hashTable // node and number to node
	nodes                     []node
	determiners               []bool // by a word's number
	fingerprint               uint64
}

// node is where phrases end.
type node struct {
	types       phraseTypes
	hasChildren bool    // longer phrases go on from here
	wordWeight  float32 // of a word's weight for each of its types
}

// defaultLexicon reads the embedded files once.
var defaultLexicon = sync.OnceValue(func() *lexicon {
	l, err := parseLexicon(lexiconFiles)
	if err != nil {
		// The files are part of the program and a test reads them: this is for a
		// program that was built without its tests.
		l = newLexicon()
		l.determiners = make([]bool, len(l.roots))
	}
	return l
})

func newLexicon() *lexicon {
	l := &lexicon{
		exact: newHashTable(1 << 14), prefixes: newHashTable(1 << 10), edges: newHashTable(1 << 15), roots: make([]uint32, stopWordID+1, 1<<14),
		nodes: make([]node, 1, 1<<15),
	}
	for _, w := range stopWords {
		h := hashWord(w)
		l.exact.put(h, stopWordID)
		l.exactFilter.add(h)
	}
	return l
}

func parseLexicon(files fs.FS) (*lexicon, error) {
	l := newLexicon()
	names, err := fs.Glob(files, "lexicon/*.txt")
	if err != nil {
		return nil, err
	}
	sum := fnv.New64a()
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		_, _ = sum.Write(text)
		typ := strings.TrimSuffix(strings.TrimPrefix(name, "lexicon/"), ".txt")
		number := slices.Index(Classes, typ)
		if n, ok := pseudoTypes[typ]; ok {
			number = n
		}
		if number < 0 {
			return nil, fmt.Errorf("%s: %q is no type of document", name, typ)
		}
		if err := l.parse(text, uint8(number)); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	var ids []uint32
	for _, d := range determinerWords {
		ids = append(ids, l.wordIDs(d)...)
	}
	l.determiners = make([]bool, len(l.roots))
	for _, id := range ids {
		l.determiners[id] = true
	}
	for i := range l.nodes {
		n := 0
		for _, t := range l.nodes[i].types[kindTypicalWord] {
			if t != legalRegister {
				n++
			}
		}
		l.nodes[i].wordWeight = 1 / float32(max(1, n))
	}
	l.fingerprint = sum.Sum64()
	return l, nil
}

// determinerWords come before a document's own name where it speaks of itself.
var determinerWords = []string{
	"this", "these", "present", "cette", "ces", "ce", "presente", "presentes", "diese", "dieser", "dieses", "diesen", "vorliegende*", "esta", "este", "estas",
	"estos", "estes", "questa", "questo", "queste", "questi", "presenti", "deze", "dit", "niniejsz*", "denna", "detta", "dessa", "dette", "denne", "disse", "本",
	"настоящ*", "isbu",
}

func (l *lexicon) parse(text []byte, typ uint8) error {
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		key, phrases, ok := strings.Cut(line, ":")
		key, _, _ = strings.Cut(key, " ")
		kind, known := phraseKeys[key]
		if !ok || !known {
			return fmt.Errorf("a line begins with none of name, loose, weak, self, open and word: %.40q", line)
		}
		for p := range strings.SplitSeq(phrases, ";") {
			if p = strings.TrimSpace(p); p == "" {
				continue
			}
			if err := l.add(p, typ, kind); err != nil {
				return err
			}
			// Addresses have names without spaces.
			if joined := strings.ReplaceAll(p, " ", ""); (kind == kindName || kind == kindAmbiguousName) && joined != p && isASCII(joined) && len(joined) >= 6 {
				if err := l.add(joined, typ, kind); err != nil {
					return err
				}
			}
		}
	}
	return lines.Err()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 || s[i] == '*' || s[i] == '\'' || s[i] == '&' {
			return false
		}
	}
	return true
}

// wordIDs are the numbers of a phrase's words, which become known.
func (l *lexicon) wordIDs(phrase string) []uint32 {
	var out []uint32
	for w := range strings.FieldsSeq(phrase) {
		w, isBeginning := strings.CutSuffix(w, "*")
		for _, t := range l.appendTokens(nil, w, 100) {
			table, filter := l.exact, &l.exactFilter
			if isBeginning {
				table, filter = l.prefixes, &l.prefixFilter
			}
			id := table.get(t.hash)
			if id == 0 {
				id = uint32(len(l.roots))
				table.put(t.hash, id)
				filter.add(t.hash)
				l.roots = append(l.roots, 0)
			}
			out = append(out, id)
		}
	}
	return out
}

func (l *lexicon) add(phrase string, typ uint8, kind phraseKind) error {
	ids := l.wordIDs(phrase)
	if len(ids) == 0 {
		return fmt.Errorf("the phrase %q has no words that count", phrase)
	}
	at := l.roots[ids[0]]
	if at == 0 {
		at = l.newNode()
		l.roots[ids[0]] = at
	}
	for _, id := range ids[1:] {
		l.nodes[at].hasChildren = true
		key := uint64(at)<<32 | uint64(id)
		to := l.edges.get(key)
		if to == 0 {
			to = l.newNode()
			l.edges.put(key, to)
		}
		at = to
	}
	if n := &l.nodes[at]; !slices.Contains(n.types[kind], typ) {
		n.types[kind] = append(n.types[kind], typ)
	}
	return nil
}

func (l *lexicon) newNode() uint32 {
	l.nodes = append(l.nodes, node{})
	return uint32(len(l.nodes) - 1)
}

// walk calls f for each phrase that begins at the first of the tokens, shorter ones
// first, with how many tokens it has.
func (l *lexicon) walk(ts []token, f func(at uint32, n int)) {
	if len(ts) == 0 {
		return
	}
	if id := ts[0].exact; id != 0 {
		l.descend(l.roots[id], ts, 1, f)
	}
	if id := ts[0].prefix; id != 0 {
		l.descend(l.roots[id], ts, 1, f)
	}
}

func (l *lexicon) descend(at uint32, ts []token, n int, f func(uint32, int)) {
	if at == 0 {
		return
	}
	f(at, n)
	if !l.nodes[at].hasChildren || n >= len(ts) {
		return
	}
	if id := ts[n].exact; id != 0 {
		l.descend(l.edges.get(uint64(at)<<32|uint64(id)), ts, n+1, f)
	}
	if id := ts[n].prefix; id != 0 {
		l.descend(l.edges.get(uint64(at)<<32|uint64(id)), ts, n+1, f)
	}
}

// phraseTypes are types by kind of phrase.
type phraseTypes [phraseKinds][]uint8

// each goes over the types of several kinds, each once.
func (n *phraseTypes) each(kinds ...phraseKind) iter.Seq[uint8] {
	return func(yield func(uint8) bool) {
		for i, k := range kinds {
			for _, t := range n[k] {
				seen := false
				for _, before := range kinds[:i] {
					seen = seen || slices.Contains(n[before], t)
				}
				if !seen && !yield(t) {
					return
				}
			}
		}
	}
}
