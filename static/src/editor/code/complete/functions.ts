/** The functions of JSONata: name, signature, one sentence. Data. */
import type { Entry } from "./entries";

const LINES = `
$sum(numbers)|Adds numbers up.
$count(list)|Counts the entries of a list.
$max(numbers)|The largest of numbers.
$min(numbers)|The smallest of numbers.
$average(numbers)|The mean of numbers.
$string(value, pretty?)|A value as text; objects and lists as JSON.
$substring(text, start, length?)|A part of a text, from a position counted from 0.
$substringBefore(text, mark)|What stands before the first mark.
$substringAfter(text, mark)|What stands behind the first mark.
$lowercase(text)|A text in small letters.
$uppercase(text)|A text in capitals.
$length(text)|How many characters a text has.
$trim(text)|A text without space around it, and with single spaces in it.
$pad(text, width, character?)|A text filled up to a width; a negative width fills on the left.
$match(text, pattern, limit?)|What a /pattern/ finds, as objects with match, index and groups.
$contains(text, pattern)|Whether a text holds another text, or what a /pattern/ finds.
$replace(text, pattern, replacement, limit?)|A text with what is found replaced.
$split(text, separator, limit?)|A text cut into a list.
$join(texts, separator?)|A list of texts as one text.
$formatNumber(number, picture, options?)|A number as text, after a picture such as '#,##0.00'.
$formatBase(number, base?)|A number as text in a base from 2 to 36.
$formatInteger(number, picture)|A whole number as text, in words or digits.
$parseInteger(text, picture)|A whole number read by a picture.
$number(value)|A text or boolean as a number; an error if it is none.
$floor(number)|The next whole number down.
$ceil(number)|The next whole number up.
$round(number, digits?)|A number rounded; halves go to the even neighbour.
$abs(number)|A number without its sign.
$sqrt(number)|The square root.
$power(number, exponent)|A number to a power.
$random()|A number from 0 up to 1.
$boolean(value)|Whether a value counts as true; empty texts, lists and 0 do not.
$not(value)|The opposite of $boolean.
$map(list, function)|Each entry as a function gives it.
$zip(list, list, …)|Lists combined entry by entry.
$filter(list, function)|The entries for which a function is true.
$single(list, function?)|The one entry for which a function is true; an error if there are others.
$reduce(list, function, start?)|A list folded into one value.
$sift(object, function?)|The keys of an object for which a function is true.
$keys(object)|The keys of an object.
$lookup(object, key)|The value of a key.
$append(list, value)|A list with more behind it.
$exists(value)|Whether there is a value at all.
$spread(object)|An object as a list of objects with one key each.
$merge(objects)|A list of objects as one; later keys win.
$reverse(list)|A list the other way round.
$each(object, function)|What a function gives for each value and key of an object.
$error(message?)|Fails with a message.
$assert(condition, message?)|Fails with a message unless the condition is true.
$type(value)|The type of a value as text: null, number, string, boolean, array, object, function.
$sort(list, function?)|A list in order; the function tells whether the first comes behind the second.
$shuffle(list)|A list in chance order.
$distinct(list)|A list without what is in it twice.
$base64encode(text)|A text in base 64.
$base64decode(text)|A text from base 64.
$encodeUrlComponent(text)|A text escaped for a part of an address.
$encodeUrl(text)|A text escaped for an address.
$decodeUrlComponent(text)|What $encodeUrlComponent wrote.
$decodeUrl(text)|What $encodeUrl wrote.
$eval(text, context?)|The value of a text that is JSONata.
$toMillis(timestamp, picture?)|A timestamp as milliseconds since 1970.
$fromMillis(number, picture?, zone?)|Milliseconds since 1970 as a timestamp.
$clone(value)|A copy of a value.
$now(picture?, zone?)|The present moment as a timestamp.
$millis()|The present moment as milliseconds since 1970.
`;

export const JSONATA_FUNCTIONS: readonly Entry[] = LINES.trim()
  .split("\n")
  .map((line) => {
    const [signature = "", help = ""] = line.split("|");
    const name = signature.slice(0, signature.indexOf("("));
    return { name, kind: "function", detail: signature.slice(name.length), help, section: "Functions" };
  });
