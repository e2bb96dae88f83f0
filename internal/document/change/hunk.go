package change

import (
	"strings"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// hunk is what was removed and added at one place, and the words around it, folded.
type hunk struct {
	removed, added, before, after string
}

// maxContextBytes is how much of the sentence on either side is looked at for a hunk's topic.
const maxContextBytes = 240

// surrounding is the sentence around a hunk, as far as it is near, with words between.
func (h hunk) surrounding(changed string) string {
	before, after := h.before, h.after
	if len(before) > maxContextBytes {
		before = before[strings.IndexByte(before[len(before)-maxContextBytes:], ' ')+len(before)-maxContextBytes:]
	}
	return before + changed + after[:min(len(after), maxContextBytes)]
}

// hunks divides a section's ops. A line ends the words around.
func (s *SectionChange) hunks() []hunk {
	var out []hunk
	for i := 0; i < len(s.Ops); i++ {
		if s.Ops[i].Kind == Equal {
			continue
		}
		var h hunk
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
		out = append(out, h)
	}
	return out
}

// maxLabelBytes bounds how much of one text is looked at for its labels, in bytes.
const maxLabelBytes = 16 << 10

func foldPrefix(s string) string {
	return string(tokenize.Fold(nil, s[:min(len(s), maxLabelBytes)]))
}
