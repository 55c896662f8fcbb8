package certificate_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"mooring/certificate"
	"mooring/secret"
)

// What an exported declaration may say about keys and bytes, each with the
// reason. A new line here is a decision about who sees a private key.
var (
	namesKeys = map[string]string{
		"func RandomKey": "makes a key that belongs to nobody yet",
		"func NewPool":   "is told how such keys are made",
	}
	namesBytes = map[string]string{
		"type Certificate.DER":   "the public half",
		"func (Certificate) PEM": "the public half",

		"func (Certificate) PublicKeyPEM": "the public half",

		"type Sealed.Key":        "sealed",
		"func (Identity) Sign":   "takes a digest, gives a signature",
		"type Sealer.Seal":       "what *secret.Ring does, which this package only asks for",
		"type Sealer.Open":       "what *secret.Ring does, which this package only asks for",
		"func (Identity) TLS":    "the certificate and, as the key, the identity itself (see below)",
		"func (Identity) Public": "the public half",

		"type SealedAuthority.Key": "sealed",
		"func NewLinkName":         "reads random bytes",
		"func (Service) NameLinks": "reads random bytes for names, which are no secrets",
	}
)

// givesStrings has what gives text, all of it public.
var givesStrings = []string{
	"func (Certificate) PublicKeyFingerprint", "func (Certificate) Base64", "func (Certificate) SHA1", "func (Certificate) SHA256",
	"type Certificate.ID", "type Certificate.AccountID", "type Store.AccountsWithout",
	"func (Certificate) Fingerprint", "func NewLinkName", "type Authority.LinkName", "type Leaf.ID", "type Leaf.Name", "type Issued.AuthorityID", "type Issued.LinkName",
}

// declared is how a declaration is spelt, and the part of it that a caller gets.
type declared struct{ all, gives string }

func same(spelling string) declared { return declared{spelling, spelling} }

// declarations gives every exported declaration of the package in the current
// folder, spelt without its body: functions, methods, and each field or method
// of a type.
func declarations(t testing.TB) map[string]declared {
	t.Helper()
	files := token.NewFileSet()
	found := map[string]declared{}
	spell := func(node ast.Node) string {
		var text strings.Builder
		if err := printer.Fprint(&text, files, node); err != nil {
			t.Fatal(err)
		}
		return text.String()
	}
	for _, path := range sources(t) {
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range file.Decls {
			switch d := declaration.(type) {
			case *ast.FuncDecl:
				if receiver := receiverOf(d); d.Name.IsExported() && (d.Recv == nil || ast.IsExported(receiver)) {
					name := "func " + d.Name.Name
					if d.Recv != nil {
						name = "func (" + receiver + ") " + d.Name.Name
					}
					found[name] = declared{spell(d.Type), spell(&ast.FuncType{Params: &ast.FieldList{}, Results: d.Type.Results})}
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					addSpec(found, spell, spec)
				}
			}
		}
	}
	return found
}

func sources(t testing.TB) []string {
	t.Helper()
	all, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(path string) bool { return strings.HasSuffix(path, "_test.go") })
}

func receiverOf(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	of := d.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	name, _ := of.(*ast.Ident)
	return name.Name
}

func addSpec(found map[string]declared, spell func(ast.Node) string, spec ast.Spec) {
	switch s := spec.(type) {
	case *ast.ValueSpec:
		for _, name := range s.Names {
			if name.IsExported() {
				found["value "+name.Name] = same(spell(s))
			}
		}
	case *ast.TypeSpec:
		if !s.Name.IsExported() {
			return
		}
		var fields *ast.FieldList
		switch kind := s.Type.(type) {
		case *ast.StructType:
			fields = kind.Fields
		case *ast.InterfaceType:
			fields = kind.Methods
		default:
			found["type "+s.Name.Name] = same(spell(s.Type))
			return
		}
		for _, field := range fields.List {
			if len(field.Names) == 0 {
				found["type "+s.Name.Name+" embeds "+spell(field.Type)] = same(spell(field.Type))
			}
			for _, name := range field.Names {
				if name.IsExported() {
					gives := field.Type
					if method, ok := field.Type.(*ast.FuncType); ok {
						gives = &ast.FuncType{Params: &ast.FieldList{}, Results: method.Results}
					}
					found["type "+s.Name.Name+"."+name.Name] = declared{spell(field.Type), spell(gives)}
				}
			}
		}
	}
}

func TestNoExportedNameGivesAccessToAPrivateKey(t *testing.T) {
	all := declarations(t)
	if len(all) < 30 {
		t.Fatalf("only %d declarations were found: %v", len(all), slices.Sorted(maps.Keys(all)))
	}
	usedKeys, usedBytes := map[string]bool{}, map[string]bool{}
	for name, declared := range all {
		spelling := declared.all
		if strings.Contains(declared.gives, "string") && !slices.Contains(givesStrings, name) {
			t.Errorf("%s gives a string, which could be a key: %s", name, spelling)
		}
		if strings.Contains(spelling, "PrivateKey") || strings.Contains(spelling, "Decrypter") || strings.Contains(spelling, "big.Int") {
			usedKeys[name] = true
			if namesKeys[name] == "" {
				t.Errorf("%s names a private key: %s", name, spelling)
			}
		}
		for _, carrier := range []string{"[]byte", "io.Writer", "io.WriterTo", "io.Reader", "any", "interface{", "bytes.Buffer",
			"crypto.Signer", "crypto.PublicKey", "tls.Certificate", "pem.Block"} {
			if strings.Contains(strings.ReplaceAll(spelling, "map[string]any", "any"), carrier) {
				usedBytes[name] = true
				if namesBytes[name] == "" {
					t.Errorf("%s could carry a private key in its %s: %s", name, carrier, spelling)
				}
			}
		}
	}
	for name := range namesKeys {
		if !usedKeys[name] {
			t.Errorf("%s names no key any more: strike it from the list", name)
		}
	}
	for name := range namesBytes {
		if !usedBytes[name] {
			t.Errorf("%s carries no bytes any more: strike it from the list", name)
		}
	}
}

// The real types, with everything that is promoted from what they embed.
func TestNothingReachableHoldsAPrivateKey(t *testing.T) {
	types := map[string]reflect.Type{
		"Authority":       reflect.TypeFor[*certificate.Authority](),
		"AuthorityStore":  reflect.TypeFor[certificate.AuthorityStore](),
		"Certificate":     reflect.TypeFor[*certificate.Certificate](),
		"Identity":        reflect.TypeFor[*certificate.Identity](),
		"Issued":          reflect.TypeFor[*certificate.Issued](),
		"Leaf":            reflect.TypeFor[*certificate.Leaf](),
		"Pool":            reflect.TypeFor[*certificate.Pool](),
		"Sealed":          reflect.TypeFor[*certificate.Sealed](),
		"SealedAuthority": reflect.TypeFor[*certificate.SealedAuthority](),
		"Service":         reflect.TypeFor[*certificate.Service](),
		"Sealer":          reflect.TypeFor[certificate.Sealer](),
		"Store":           reflect.TypeFor[certificate.Store](),
	}
	known := map[string]bool{}
	for name := range declarations(t) {
		if kind, rest, _ := strings.Cut(name, " "); kind == "type" {
			known[strings.FieldsFunc(rest, func(r rune) bool { return r == '.' || r == ' ' })[0]] = true
		}
	}
	for name := range known {
		if types[name] == nil {
			t.Errorf("type %s is new: add it to this test", name)
		}
	}
	seen := map[reflect.Type]bool{}
	for name, of := range types {
		reach(t, "certificate."+name, of, seen)
	}
}

// reach follows exported fields, elements and results.
func reach(t testing.TB, path string, of reflect.Type, seen map[reflect.Type]bool) {
	if of == reflect.TypeFor[rsa.PrivateKey]() || of == reflect.TypeFor[ecdsa.PrivateKey]() || of == reflect.TypeFor[crypto.PrivateKey]() && !strings.HasSuffix(path, ".TLS().PrivateKey") {
		t.Errorf("%s is a private key", path)
	}
	if seen[of] {
		return
	}
	seen[of] = true
	ours := strings.HasPrefix(of.PkgPath(), "mooring/") || of.Kind() == reflect.Pointer && strings.HasPrefix(of.Elem().PkgPath(), "mooring/")
	if ours {
		for m := range of.Methods() {
			for n := range m.Type.NumOut() {
				reach(t, path+"."+m.Name+"()", m.Type.Out(n), seen)
			}
		}
	}
	switch of.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Chan, reflect.Map:
		reach(t, path, of.Elem(), seen)
	case reflect.Struct:
		for field := range of.Fields() {
			if field.IsExported() {
				reach(t, path+"."+field.Name, field.Type, seen)
			}
		}
	}
}

func TestTheTLSCertificateHoldsTheIdentityAndNoKey(t *testing.T) {
	w := newWorld(t, secret.NewRing(), "acme")
	i := w.identity(w.active("acme"))
	if held := i.TLS().PrivateKey; held != crypto.PrivateKey(i) {
		t.Errorf("it holds a %T", held)
	}
	if _, ok := any(i).(crypto.Decrypter); ok {
		t.Error("an identity signs and does nothing else")
	}
}
