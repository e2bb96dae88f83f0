package change

import (
	"regexp"
	"regexp/syntax"
)

// lineStarts holds the first bytes, after a space, of the lines that a regular expression matches, with
// 0 for every digit. An expression with many alternatives takes microseconds for each line; the first
// bytes reject nearly all lines in a fraction of that.
type lineStarts map[[startBytes]byte]bool

// startBytes is the number of bytes that lineStarts compares.
const startBytes = 4

// newLineStarts returns the starts of the lines that re matches, or nil if it matches shorter lines or
// any character among the first ones. re must begin with ^ and a space, and must not fold case.
func newLineStarts(re *regexp.Regexp) lineStarts {
	parsed, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil {
		return nil
	}
	prog, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return nil
	}
	starts := lineStarts{}
	if !starts.add(prog, uint32(prog.Start), "", map[uint32]bool{}) {
		return nil
	}
	return starts
}

// add adds the starts of the lines that have a prefix, after which the program is at instruction pc.
// seen are the instructions since the last character. It returns false if there is no list of them.
func (l lineStarts) add(prog *syntax.Prog, pc uint32, prefix string, seen map[uint32]bool) bool {
	if len(prefix) > startBytes {
		l[startOf(prefix)] = true
		return true
	}
	if seen[pc] {
		return true
	}
	seen[pc] = true
	in := &prog.Inst[pc]
	switch in.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		return l.add(prog, in.Out, prefix, seen) && l.add(prog, in.Arg, prefix, seen)
	case syntax.InstCapture, syntax.InstEmptyWidth, syntax.InstNop:
		return l.add(prog, in.Out, prefix, seen)
	case syntax.InstFail:
		return true
	case syntax.InstRune, syntax.InstRune1:
		return l.addRunes(prog, in, prefix)
	}
	return false // the end of the line, or any character
}

// addRunes is add for an instruction that reads one of some characters.
func (l lineStarts) addRunes(prog *syntax.Prog, in *syntax.Inst, prefix string) bool {
	ranges := in.Rune
	if len(ranges) == 1 {
		ranges = []rune{ranges[0], ranges[0]}
	}
	for i := 0; i+1 < len(ranges); i += 2 {
		from, to := ranges[i], ranges[i+1]
		if from == '0' && to == '9' { // all digits are the same
			to = from
		}
		if to-from > 'z'-'a' {
			return false
		}
		for r := from; r <= to; r++ {
			if !l.add(prog, in.Out, prefix+string(r), map[uint32]bool{}) {
				return false
			}
		}
	}
	return true
}

// may reports whether a folded line may match, by its first bytes.
func (l lineStarts) may(fold string) bool {
	return l == nil || len(fold) <= startBytes || l[startOf(fold)]
}

// startOf returns the start of a line that is longer than startBytes.
func startOf(fold string) (start [startBytes]byte) {
	copy(start[:], fold[1:])
	for i, c := range start {
		if c >= '0' && c <= '9' {
			start[i] = '0'
		}
	}
	return start
}
