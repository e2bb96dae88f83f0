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

// lexiconFiles contains one file for each type, with the names and the typical words of
// its documents in many languages. A line consists of a key, optional language codes that
// are ignored, a colon, and phrases separated by semicolons. A "*" after a word makes it a
// prefix. The keys are:
//
//	name   a name of the type, wherever it appears
//	loose  a name that documents of other types have too
//	weak   a name only if it makes up most of a title
//	self   a name only after "this"
//	open   an opening formula
//	word   a word or phrase that is typical of such documents
//
//go:embed lexicon/*.txt
var lexiconFiles embed.FS

// Indexes of the entries that are not document types. They follow those of Classes:
// softError is for error, login and consent pages, legalRegister for the vocabulary of
// legal documents in general.
const (
	softError     = featureTypes - 2
	legalRegister = featureTypes - 1
)

var pseudoTypes = map[string]int{"soft_error": softError, "legal_register": legalRegister}

// phraseKind is the meaning of a phrase for a type.
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

// lexicon finds known phrases in a sequence of tokens. It is a trie over word IDs.
type lexicon struct {
	exact, prefixes           *hashTable
	exactFilter, prefixFilter bloomFilter
	roots                     []uint32   // word ID to the node of the phrases that begin with the word
	edges                     *hashTable // node and word ID to node; see next
	edgeFilter                bloomFilter
	nodes                     []node
	determiners               []bool // by word ID
	fingerprint               uint64
}

// node is the end of a phrase or of a prefix of phrases.
type node struct {
	types       phraseTypes
	hasChildren bool    // longer phrases continue here
	wordWeight  float32 // weight of a typical word, divided by the number of its types
}

// defaultLexicon parses the embedded files once.
var defaultLexicon = sync.OnceValue(func() *lexicon {
	l, err := parseLexicon(lexiconFiles)
	if err != nil {
		// The files are part of the program, and a test parses them. Without a lexicon, the
		// model still returns its prior.
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
			return nil, fmt.Errorf("%s: %q is not a document type", name, typ)
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

// determinerWords precede the name of a document that refers to itself.
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
			return fmt.Errorf("line without a key (name, loose, weak, self, open or word) and a colon: %.40q", line)
		}
		for p := range strings.SplitSeq(phrases, ";") {
			if p = strings.TrimSpace(p); p == "" {
				continue
			}
			if err := l.add(p, typ, kind); err != nil {
				return err
			}
			// URLs contain names without spaces.
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

// wordIDs returns the IDs of the words of a phrase. It assigns IDs to unknown words.
func (l *lexicon) wordIDs(phrase string) []uint32 {
	var out []uint32
	for w := range strings.FieldsSeq(phrase) {
		w, isPrefix := strings.CutSuffix(w, "*")
		for _, t := range l.appendTokens(nil, w, 100) {
			table, filter := l.exact, &l.exactFilter
			if isPrefix {
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
		return fmt.Errorf("phrase %q contains only stop words or single letters", phrase)
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
			l.edgeFilter.add(mixHash(key))
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

// walk calls f for each known phrase that starts at the first token, shortest first, with
// the node and the number of tokens of the phrase.
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
		l.descend(l.next(at, id), ts, n+1, f)
	}
	if id := ts[n].prefix; id != 0 {
		l.descend(l.next(at, id), ts, n+1, f)
	}
}

// next returns the node that follows a node with a word, or 0. Most phrases of a text end here; the
// filter fits into the cache of a processor, and the table does not.
func (l *lexicon) next(at, word uint32) uint32 {
	key := uint64(at)<<32 | uint64(word)
	if !l.edgeFilter.has(mixHash(key)) {
		return 0
	}
	return l.edges.get(key)
}

// phraseTypes lists the types of a phrase by kind.
type phraseTypes [phraseKinds][]uint8

// each iterates over the types of several kinds, without duplicates.
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
