package settings

import "github.com/spf13/pflag"

// Set is the table with a place for each value.
type Set struct {
	rows   []*boundSetting
	values *Values
}

// boundSetting is a row with its flag, which holds the value also where the command line
// does not offer it.
type boundSetting struct {
	Setting
	flag   *pflag.Flag
	value  pflag.Value // as pflag made it, below the flag's own messages
	source Source
}

// New makes a Set of the table with all defaults.
func New() *Set { return newSet(Table()) }

func newSet(table []Setting) *Set {
	s := &Set{values: &Values{}}
	s.values.set = s
	fs := pflag.NewFlagSet("settings", pflag.ContinueOnError)
	for _, row := range table {
		b := &boundSetting{Setting: row, source: Source{Kind: FromDefault}}
		define(fs, row, row.field(s.values))
		b.flag = fs.Lookup(row.Name)
		b.value = b.flag.Value
		b.flag.Value = &describedValue{b.value, row}
		b.flag.DefValue = row.Default // help shows it as it was written
		b.flag.Annotations = map[string][]string{groupAnnotation: {row.Group}, choicesAnnotation: row.rule.words}
		s.rows = append(s.rows, b)
	}
	return s
}

// Where a flag has its group, and the only values that it may have.
const (
	groupAnnotation   = "clausea.group"
	choicesAnnotation = "clausea.choices"
)

// FlagChoices are the only values that a flag of the table may have, if they are few.
func FlagChoices(f *pflag.Flag) []string { return f.Annotations[choicesAnnotation] }

// FlagGroup is the group of a flag that the table made, empty for any other.
func FlagGroup(f *pflag.Flag) string {
	if g := f.Annotations[groupAnnotation]; len(g) > 0 {
		return g[0]
	}
	return ""
}

// AddFlags gives fs the flags of a command, but for those of all commands.
func (s *Set) AddFlags(fs *pflag.FlagSet, command string) {
	for _, b := range s.rows {
		if b.Flag && len(b.Commands) > 0 && b.AppliesTo(command) {
			fs.AddFlag(b.flag)
		}
	}
}

// AddGlobalFlags gives fs the flags of all commands.
func (s *Set) AddGlobalFlags(fs *pflag.FlagSet) {
	for _, b := range s.rows {
		if b.Flag && len(b.Commands) == 0 {
			fs.AddFlag(b.flag)
		}
	}
}

func (s *Set) byField(field any) *boundSetting {
	for _, b := range s.rows {
		if b.field(s.values) == field {
			return b
		}
	}
	return nil
}
