package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"unicode"
)

// multilingual are the packages whose string literals are words of crawled pages in many
// languages; only their identifiers and comments are checked.
var multilingual = []string{"internal/document/", "internal/crawl/", "internal/charset/", "internal/demo/"}

// readGo returns the declared identifiers, the comments and the string literals of a Go file.
func readGo(path, rel string) ([]passage, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	if ast.IsGenerated(file) {
		return nil, nil
	}
	var passages []passage
	add := func(kind, text string, pos token.Pos) {
		passages = append(passages, passage{kind: kind, text: text, line: fset.Position(pos).Line})
	}
	literals := true
	for _, m := range multilingual {
		literals = literals && !strings.HasPrefix(rel, m)
	}
	add("package", file.Name.Name, file.Name.Pos())
	for _, group := range file.Comments {
		add("comment", group.Text(), group.Pos())
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.BasicLit:
			if s, err := strconv.Unquote(n.Value); err == nil && literals && n.Kind == token.STRING {
				add("string", s, n.Pos())
			}
		case ast.Decl, ast.Stmt, *ast.Field, ast.Spec:
			for _, id := range declared(n) {
				add("identifier", strings.Join(splitCamel(id.Name), " "), id.Pos())
			}
		}
		return true
	})
	return passages, nil
}

// declared are the identifiers that a node itself declares.
func declared(n ast.Node) []*ast.Ident {
	switch n := n.(type) {
	case *ast.FuncDecl:
		return []*ast.Ident{n.Name}
	case *ast.TypeSpec:
		return []*ast.Ident{n.Name}
	case *ast.ValueSpec:
		return n.Names
	case *ast.Field:
		return n.Names
	case *ast.AssignStmt:
		if n.Tok == token.DEFINE {
			return idents(n.Lhs...)
		}
	case *ast.RangeStmt:
		if n.Tok == token.DEFINE {
			return idents(n.Key, n.Value)
		}
	}
	return nil
}

func idents(exprs ...ast.Expr) []*ast.Ident {
	var ids []*ast.Ident
	for _, e := range exprs {
		if id, ok := e.(*ast.Ident); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// splitCamel splits an identifier into its words, in lower case: HTMLPage2 is html, page2.
func splitCamel(name string) []string {
	var words []string
	runes := []rune(name)
	start := 0
	for i := 1; i <= len(runes); i++ {
		switch {
		case i == len(runes):
		case runes[i] == '_':
		case unicode.IsUpper(runes[i]) && !unicode.IsUpper(runes[i-1]):
		case unicode.IsUpper(runes[i]) && i+1 < len(runes) && unicode.IsLower(runes[i+1]):
		default:
			continue
		}
		if w := strings.Trim(string(runes[start:i]), "_"); w != "" {
			words = append(words, strings.ToLower(w))
		}
		start = i
	}
	return words
}
