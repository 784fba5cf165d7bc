package protobuf

import (
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// find reads a descriptor set and returns the message of that name, which may
// be the name of its Java class.
func find(file, name string) (protoreflect.MessageDescriptor, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("option 'protobuf.descriptor-file': %w", err)
	}
	var set descriptorpb.FileDescriptorSet
	if err := proto.Unmarshal(data, &set); err != nil || len(set.File) == 0 {
		return nil, fmt.Errorf("option 'protobuf.descriptor-file': %s holds no descriptor set; make it with protoc --include_imports --descriptor_set_out=FILE", file)
	}
	files, err := protodesc.NewFiles(&set)
	if err != nil {
		return nil, fmt.Errorf("option 'protobuf.descriptor-file': %s: %w; was it made with --include_imports?", file, err)
	}
	if d, err := files.FindDescriptorByName(protoreflect.FullName(name)); err == nil {
		if m, ok := d.(protoreflect.MessageDescriptor); ok {
			return m, nil
		}
		return nil, fmt.Errorf("option 'protobuf.message-class-name': %s is no message", name)
	}
	var found protoreflect.MessageDescriptor
	var have []string
	class := strings.ReplaceAll(name, "$", ".")
	files.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		eachMessage(f.Messages(), func(m protoreflect.MessageDescriptor) {
			have = append(have, string(m.FullName()))
			if inner, outer := javaNames(m); class == inner || class == outer {
				found = m
			}
		})
		return true
	})
	if found == nil {
		slices.Sort(have)
		more := ""
		if len(have) > 20 {
			have, more = have[:20], ", …"
		}
		return nil, fmt.Errorf("option 'protobuf.message-class-name': %s has no message %s; it has %s%s", file, name, strings.Join(have, ", "), more)
	}
	return found, nil
}

func eachMessage(list protoreflect.MessageDescriptors, visit func(protoreflect.MessageDescriptor)) {
	for i := range list.Len() {
		if m := list.Get(i); !m.IsMapEntry() {
			visit(m)
			eachMessage(m.Messages(), visit)
		}
	}
}

// javaNames are the names of a message's Java class, by itself and inside of the
// class of its file.
func javaNames(m protoreflect.MessageDescriptor) (inner, outer string) {
	file := m.ParentFile()
	options, _ := file.Options().(*descriptorpb.FileOptions)
	pkg := options.GetJavaPackage()
	if pkg == "" {
		pkg = string(file.Package())
	}
	if pkg != "" {
		pkg += "."
	}
	class := options.GetJavaOuterClassname()
	if class == "" {
		class = camel(strings.TrimSuffix(path.Base(file.Path()), ".proto"))
	}
	inside := string(m.FullName())
	if file.Package() != "" {
		inside = strings.TrimPrefix(inside, string(file.Package())+".")
	}
	if options.GetJavaOuterClassname() == "" && strings.EqualFold(class, string(m.Name())) {
		class += "OuterClass"
	}
	return pkg + inside, pkg + class + "." + inside
}

// camel makes a class name of a file name: my_file becomes MyFile.
func camel(name string) string {
	var out strings.Builder
	for _, part := range strings.FieldsFunc(name, func(c rune) bool { return c == '_' || c == '-' || c == '.' }) {
		out.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return out.String()
}
