import { StreamLanguage, StringStream } from "@codemirror/language";
import { describe, expect, it } from "vitest";
import { jsonata } from "./jsonata";
import { template } from "./template";

type Parser = { token: (stream: StringStream, state: never) => string | null; startState: () => unknown };

/** Tokens with colours of a text, as "tag:text"; spaces have none. */
function tokens(parser: Parser, text: string): string[] {
  const state = parser.startState() as never;
  return text.split("\n").flatMap((line) => {
    const stream = new StringStream(line, 2, 2);
    const found: string[] = [];
    while (!stream.eol()) {
      stream.start = stream.pos;
      const tag = parser.token(stream, state);
      if (tag !== null) found.push(`${tag}:${stream.current()}`);
      if (stream.pos === stream.start) throw new Error(`stuck at ${stream.pos} of ${line}`);
    }
    return found;
  });
}

const ofJsonata = (text: string) => tokens(jsonata as unknown as Parser, text);

describe("colours of JSONata", () => {
  it.each([
    ["steps.`a-b`.c", "propertyName:steps punctuation:. propertyName:`a-b` punctuation:. propertyName:c"],
    [
      "$sum(x) + 1.5e3",
      "variableName.function:$sum bracket:( propertyName:x bracket:) operator:+ number:1.5e3",
    ],
    ["a and 'it''s'", "propertyName:a operatorKeyword:and string:'it' string:'s'"],
    ['"a\\"b" & true', 'string:"a\\"b" operator:& bool:true'],
    [
      "$v := $$.a ~> $f",
      "variableName:$v operator::= self:$$ punctuation:. propertyName:a operator:~> variableName:$f",
    ],
    ["6 / 2 / x", "number:6 operator:/ number:2 operator:/ propertyName:x"],
    [
      "$match(x, /a\\/[bc]/i)",
      "variableName.function:$match bracket:( propertyName:x punctuation:, regexp:/a\\/[bc]/i bracket:)",
    ],
    [
      "a[b='c'][-1]",
      "propertyName:a bracket:[ propertyName:b operator:= string:'c' bracket:] bracket:[ operator:- number:1 bracket:]",
    ],
    [
      "function($x){$x}",
      "keyword:function bracket:( variableName:$x bracket:) bracket:{ variableName:$x bracket:}",
    ],
    ["[1..3]", "bracket:[ number:1 operator:.. number:3 bracket:]"],
    ["toString", "propertyName:toString"],
  ])("tells the tokens of %s", (text, expected) => {
    expect(ofJsonata(text).join(" ")).toBe(expected);
  });

  it("goes on with comments and texts over lines", () => {
    expect(ofJsonata("/* a\nb */ c")).toEqual(["blockComment:/* a", "blockComment:b */", "propertyName:c"]);
    expect(ofJsonata("'a\nb' c")).toEqual(["string:'a", "string:b'", "propertyName:c"]);
  });

  it("names only tags that the highlighter knows", () => {
    const warned: string[] = [];
    const warn = console.warn;
    console.warn = (text: string) => warned.push(text);
    for (const parser of [StreamLanguage.define(jsonata), StreamLanguage.define(template)])
      parser.parser.parse("$sum(a.`b`) and 'x' /* c */ ? /r/ : {{ join .a | default 1 }} ~ null $$ {x} λ");
    console.warn = warn;

    expect(warned).toEqual([]);
  });
});

describe("colours of templates", () => {
  it.each([
    [
      "Hi {{ .inputs.a }}!",
      "brace:{{ punctuation:. propertyName:inputs punctuation:. propertyName:a brace:}}",
    ],
    [
      '{{- join .names ", " | default "x" -}}',
      'brace:{{- keyword:join punctuation:. propertyName:names string:", " punctuation:| keyword:default string:"x" brace:-}}',
    ],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of ours
    ["Ask {name} of ${project.name}", "variableName:{name} variableName:${project.name}"],
    [
      "{{ steps.a-b.c[0] }}",
      "brace:{{ propertyName:steps punctuation:. propertyName:a-b punctuation:. propertyName:c punctuation:[ number:0 punctuation:] brace:}}",
    ],
    ["no code, {} and { x }", ""],
  ])("tells the tokens of %s", (text, expected) => {
    expect(tokens(template as unknown as Parser, text).join(" ")).toBe(expected);
  });
});
