package date

import "strings"

// columnOf returns the index of the column in which a text ends: the number of borders of
// its last line, without the first one.
func columnOf(s string) int {
	return strings.Count(s[strings.LastIndexByte(s, '\n')+1:], "|") - 1
}

// tableCell returns the cell of a table row with an index, or "" if the row is shorter. The
// border at the end of the row may be missing.
func tableCell(row string, column int) string {
	cells := strings.Split(strings.TrimPrefix(strings.TrimSpace(row), "|"), "|")
	if column < 0 || column >= len(cells) {
		return ""
	}
	return strings.TrimSpace(cells[column])
}

// maxHeadedRows bounds the rows of a table whose header is the cue of their dates. In a
// longer table, each row has the date of another thing, such as a document or a
// subprocessor.
const maxHeadedRows = 2

// isTableRow reports whether a line is a row of a table.
func isTableRow(line string) bool { return strings.HasPrefix(line, "|") }

// headerCell returns the header of the column of a date, or "" if the date is not in a row
// of a short table.
func headerCell(s string, l dateLiteral) string {
	from, to := lineOf(s, l.start, l.end)
	if !isTableRow(s[from:to]) {
		return ""
	}
	rows := 1
	for at := to; at < len(s) && isTableRow(s[at+1:]); rows++ {
		if _, at = lineOf(s, at+1, at+1); rows >= maxHeadedRows {
			return ""
		}
	}
	for at := from; at > 0; rows++ {
		start, end := lineOf(s, at-1, at-1)
		line := s[start:end]
		switch {
		case !isTableRow(line), rows > maxHeadedRows:
			return ""
		case strings.Trim(line, "|-: ") == "" && start > 0:
			start, end = lineOf(s, start-1, start-1)
			return tableCell(s[start:end], columnOf(s[from:l.start]))
		}
		at = start
	}
	return ""
}
