package links

// attribute is an attribute's raw value. The first attribute of a name wins.
type attribute struct {
	value []byte
	isSet bool
}

func (a *attribute) set(value []byte) {
	if !a.isSet {
		a.value, a.isSet = value, true
	}
}

// String returns the value with character references decoded.
func (a *attribute) String() string { return unescapeAttr(a.value) }

// equalFold reports whether name equals lower, which is in lower case, ignoring case.
func equalFold(name []byte, lower string) bool {
	if len(name) != len(lower) {
		return false
	}
	for i, c := range name {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// readAttr returns the value of one attribute of the current tag.
func readAttr(l *lexer, name string) string { return readAttrs(l, name)[name] }

// readAttrs returns the values of the named attributes of the current tag.
func readAttrs(l *lexer, names ...string) map[string]string {
	m := make(map[string]string, len(names))
	for {
		key, value, ok := l.nextAttr()
		if !ok {
			return m
		}
		for _, name := range names {
			if _, seen := m[name]; !seen && equalFold(key, name) {
				m[name] = unescapeAttr(value)
			}
		}
	}
}
