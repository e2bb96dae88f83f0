package change

import (
	"strings"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// hunk holds the words removed and added at one place, and the words before and after them
// on the same line. All are folded.
type hunk struct {
	removed, added, before, after string
	// from and to are the indexes of its first op, and of the op after its last one.
	from, to int
}

// maxContextBytes bounds the text on each side of a hunk that is searched for a label. It was
// chosen by hand.
const maxContextBytes = 240

// surrounding returns the text around a hunk, up to maxContextBytes on each side, with
// changed in between.
func (h hunk) surrounding(changed string) string {
	before, after := h.before, h.after
	if len(before) > maxContextBytes {
		before = before[strings.IndexByte(before[len(before)-maxContextBytes:], ' ')+len(before)-maxContextBytes:]
	}
	return before + changed + after[:min(len(after), maxContextBytes)]
}

// hunks returns the hunks of a section. The context of a hunk ends at the line.
func (s *SectionChange) hunks() []hunk {
	var out []hunk
	for i := 0; i < len(s.Ops); i++ {
		if s.Ops[i].Kind == Equal {
			continue
		}
		h := hunk{from: i}
		if i > 0 {
			before := s.Ops[i-1].Text
			h.before = foldPrefix(before[strings.LastIndexByte(before, '\n')+1:])
		}
		for ; i < len(s.Ops) && s.Ops[i].Kind != Equal; i++ {
			if f := foldPrefix(s.Ops[i].Text); s.Ops[i].Kind == Added {
				h.added += f
			} else {
				h.removed += f
			}
		}
		if i < len(s.Ops) {
			after, _, _ := strings.Cut(s.Ops[i].Text, "\n")
			h.after = foldPrefix(after)
		}
		h.to = i
		out = append(out, h)
	}
	return out
}

// FirstChange returns the index of the first op that is added or removed, and that of the first one
// that belongs to a change of more than a date. Either is -1 if there is none.
func (s *SectionChange) FirstChange() (first, undated int) {
	first = -1
	for _, h := range s.hunks() {
		at := h.from
		for at < h.to && strings.TrimSpace(s.Ops[at].Text) == "" {
			at++
		}
		if at == h.to {
			continue
		}
		if first < 0 {
			first = at
		}
		if h.classify() != Dates {
			return first, at
		}
	}
	return first, -1
}

// maxLabelBytes bounds the part of an op that is searched for labels. It was chosen by hand.
const maxLabelBytes = 16 << 10

// foldPrefix folds the first maxLabelBytes of a text.
func foldPrefix(s string) string {
	return string(tokenize.Fold(nil, s[:min(len(s), maxLabelBytes)]))
}
