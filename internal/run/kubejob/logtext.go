package kubejob

import "encoding/json"

// logText returns the text of a line of a worker's log: the error or the message of a JSON line,
// and any other line unchanged.
func logText(line string) string {
	var entry struct{ Message, Error string }
	if json.Unmarshal([]byte(line), &entry) != nil || entry.Error == "" && entry.Message == "" {
		return line
	}
	if entry.Error != "" {
		return entry.Error
	}
	return entry.Message
}
