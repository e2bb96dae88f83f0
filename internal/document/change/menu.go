package change

// markMenus adds the blocks of menus to out. A menu is a run of links and short lines before
// the first or after the last prose block, whose indexes are first and last.
func (t *parsedText) markMenus(blocks []int, first, last int, out map[int]Rule) {
	for n := 0; n < len(blocks); {
		i := blocks[n]
		if !t.isShort(i) || i >= first && i <= last {
			n++
			continue
		}
		from, to := i, i+1
		for from > 0 && t.isShort(from-1) {
			from--
		}
		for to < len(t.blocks) && t.isShort(to) {
			to++
		}
		links := 0
		for k := from; k < to; k++ {
			if t.isLinks(k) {
				links++
			}
		}
		menu := links >= minMenuLinks && links*2 >= to-from && (to <= first || from > last)
		for ; n < len(blocks) && blocks[n] < to; n++ {
			if menu {
				out[blocks[n]] = RuleMenu
			}
		}
	}
}

// isShort reports whether block i is short enough for a line of a menu.
func (t *parsedText) isShort(i int) bool { return t.wordCounts[i] <= maxMenuLineWords }

// isLinks reports whether at least nine tenths of block i are links.
func (t *parsedText) isLinks(i int) bool { return t.blocks[i].LinkBytes*10 >= len(t.blocks[i].Text)*9 }

// proseRange returns the first and the last prose block. If there is none, first is
// greater than last.
func (t *parsedText) proseRange() (first, last int) {
	first, last = len(t.blocks), -1
	for i, n := range t.wordCounts {
		if n >= minProseWords && t.blocks[i].LinkBytes*2 < len(t.blocks[i].Text) {
			first, last = min(first, i), i
		}
	}
	return first, last
}
