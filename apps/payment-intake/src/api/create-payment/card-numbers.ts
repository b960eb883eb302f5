const candidates = /(?<![0-9])[0-9](?:[ -]?[0-9]){12,18}(?![0-9])/g;
const networks = /^(4|5[1-5]|2(2[2-9]|[3-6]|7[01]|720)|3[47]|3(0[0-5]|[68])|6(011|5|4[4-9]|2)|35(2[89]|[3-8]))/;

/** Whether a free text holds what looks like a card's number: 13 to 19 digits, a network's prefix, a valid check digit. */
export const holdsCardNumber = (text: string): boolean =>
  [...text.matchAll(candidates)].some(([found]) => {
    const digits = found.replace(/[ -]/g, "");
    return networks.test(digits) && passesLuhn(digits);
  });

const passesLuhn = (digits: string): boolean => {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index]);
    const weighed = index % 2 === 0 ? digit : digit * 2;
    sum += weighed > 9 ? weighed - 9 : weighed;
  }
  return sum % 10 === 0;
};
